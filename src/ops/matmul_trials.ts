import type { Trial, TrialLaunch, TrialTensor } from "../gpu/trial.ts";
import type { Candidate, TuneRequest } from "../gpu/tuning.ts";
import { capacityOf } from "../graph/scalar.ts";
import { elementsAtCapacity, Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import {
  launchesBy,
  type MatmulCall,
  type MatmulSizes,
  productOf,
  questionOf,
  registerLaunches,
  variantsOf,
  type Way,
} from "./matmul_kernels.ts";
import { isWhole, type Product, TILES, tilesFor } from "./matmul_tiled.ts";

/** What a product asks of the device before it chooses its kernels. */
export function matmulRequests(call: MatmulCall, device: DeviceTraits): readonly TuneRequest[] {
  const { key, ways } = questionOf(call, device);
  if (key === "") return [];
  const product = productOf(call);
  return [{ key, candidates: Object.entries(ways).map(([name, way]) => candidateOf(name, way, product, device)) }];
}

function candidateOf(name: string, way: Way, product: Product, device: DeviceTraits): Candidate {
  const launches = launchesBy(product, way, device);
  return {
    name,
    kernels: launches.map(({ kernel }) => kernel as string),
    checkKey: variantsOf(launches),
    check: () => checkOf(way, product, device),
    trial: () => timedTrial(way, product, device),
  };
}

/** Sums of up to some thousand products in f32, in any order. */
const TOLERANCE = 1e-5;

/** The same variants of the same kernels on a small problem with ragged edges, against sums in double precision. */
function checkOf(way: Way, product: Product, device: DeviceTraits): Trial {
  const small = productOfSizes(smallSizes(way, product, device), product, Math.min(product.splits, 2));
  return {
    launches: toTrial(launchesBy(small, way, device)),
    output: small.bindings.y,
    expected: (before) => plainProduct(small, before),
    tolerance: TOLERANCE,
  };
}

/** Larger than a tile in every direction and no multiple of it, with the divisibility that the real sizes have. */
function smallSizes({ family, tile }: Way, product: Product, device: DeviceTraits): Sizes {
  const { sizes, splits } = product;
  const ragged = (above: number, like: MatmulSizes[keyof MatmulSizes]): number => above + (isWhole(like) ? 4 : 3);
  const { rows, columns, inner } = sizes;
  if (family === "subgroup") return smallSubgroupSizes(product, device);
  const { height, width, step } = TILES[tile ?? tilesFor(sizes, device)[0]!]!;
  return {
    rows: ragged(height, rows),
    columns: ragged(width, columns),
    inner: ragged(splits > 1 ? 64 + step : 2 * step, inner),
  };
}

/** Just below whole tiles of as many quads as the real product takes, by the kernel for few rows or the one for many. */
function smallSubgroupSizes(product: Product, device: DeviceTraits): Sizes {
  const { kernel, variant } = launchesBy(product, { family: "subgroup" }, device).at(-1)!;
  const { QUADS = 1, TILE_ROWS = 8 } = variant?.constants ?? {};
  const { columns, inner } = product.sizes;
  return {
    rows: kernel === "matmul/rows" ? TILE_ROWS - 1 : 53,
    columns: 4 * QUADS * device.lanes - (isWhole(columns) ? 4 : 3),
    inner: 2 * device.lanes + (isWhole(inner) ? 4 : 3),
  };
}

/** What a trial multiplies at most, and the least a dynamic size is cut down to. */
const MOST_OPERATIONS = 2 ** 33;
const FEWEST_ROWS = 64;

/** The product at its own size, its dynamic one cut down where that is very much, against the plain kernel. */
function timedTrial(way: Way, product: Product, device: DeviceTraits): Trial {
  const sizes: Sizes = {
    rows: capacityOf(product.sizes.rows),
    columns: capacityOf(product.sizes.columns),
    inner: capacityOf(product.sizes.inner),
  };
  const dynamic = product.layout === "TN" ? "inner" : "rows";
  while (2 * sizes.rows * sizes.columns * sizes.inner > MOST_OPERATIONS && sizes[dynamic] >= 2 * FEWEST_ROWS) {
    sizes[dynamic] = Math.ceil(sizes[dynamic] / 2);
  }
  const cut = productOfSizes(sizes, product, product.splits);
  return {
    launches: toTrial(launchesBy(cut, way, device)),
    output: cut.bindings.y,
    expected: toTrial(registerLaunches(cut)),
    tolerance: 10 * TOLERANCE,
  };
}

interface Sizes {
  rows: number;
  columns: number;
  inner: number;
}

/** Another product with a product's layout and epilogue. y has a row more than is written. */
function productOfSizes({ rows, columns, inner }: Sizes, like: Product, splits: number): Product {
  const { layout, conditions } = like;
  const tensor = (label: string, ...shape: number[]): Tensor =>
    new Tensor({ shape, storage: { kind: "slot", label, bytes: elementsAtCapacity(shape) * 4 } });
  const a = layout === "TN" ? tensor("a", inner, rows) : tensor("a", rows, inner);
  const b = layout === "NT" ? tensor("b", columns, inner) : tensor("b", inner, columns);
  return {
    sizes: { rows, columns, inner },
    layout,
    bindings: {
      a,
      b,
      bias: conditions.BIAS ? tensor("bias", columns) : b,
      residual: conditions.RESIDUAL ? tensor("residual", rows, columns) : b,
      y: tensor("y", rows + 1, columns),
    },
    conditions,
    accumulate: conditions.ACCUMULATE ? 1 : 0,
    splits,
    scratch: { packed: tensor("packed", inner, Math.ceil(columns / 4) * 4), partials: tensor("partials", splits, rows, columns) },
  };
}

/** y as it must be, its untouched last row included, in double precision. */
function plainProduct({ sizes, layout, bindings, conditions }: Product, before: (tensor: TrialTensor) => Float32Array): Float64Array {
  const { rows, columns, inner } = sizes as Sizes;
  const [a, b, bias, residual, y] = [bindings.a, bindings.b, bindings.bias, bindings.residual, bindings.y].map(before) as Float32Array[];
  const [rowOfA, innerOfA] = layout === "TN" ? [1, rows] : [inner, 1];
  const [innerOfB, columnOfB] = layout === "NT" ? [1, inner] : [columns, 1];
  const expected = Float64Array.from(y!);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = row * columns + column;
      let sum = conditions.ACCUMULATE ? y![at]! : 0;
      if (conditions.BIAS) sum += bias![column]!;
      if (conditions.RESIDUAL) sum += residual![at]!;
      for (let k = 0; k < inner; k += 1) sum += a![row * rowOfA + k * innerOfA]! * b![k * innerOfB + column * columnOfB]!;
      expected[at] = sum;
    }
  }
  return expected;
}

function toTrial(dispatches: readonly Dispatch[]): TrialLaunch[] {
  return dispatches.map(({ kernel, variant, bindings, parameters = {}, workgroups }) => ({
    kernel,
    variant,
    bindings,
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, capacityOf(value)])),
    workgroups: numbersOf(workgroups),
  }));
}

function numbersOf(workgroups: Dispatch["workgroups"]): number[] {
  if (typeof workgroups === "number" || "capacity" in workgroups) return [capacityOf(workgroups)];
  return workgroups.map(capacityOf);
}
