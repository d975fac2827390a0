import type { Trial, TrialLaunch, TrialTensor } from "../gpu/trial.ts";
import type { Candidate, TuneRequest } from "../gpu/tuning.ts";
import { capacityOf } from "../graph/scalar.ts";
import { elementsAtCapacity, Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { withActivation } from "./matmul_activation.ts";
import {
  type Activation,
  launchesBy,
  type MatmulCall,
  type MatmulSizes,
  productOf,
  questionOf,
  registerLaunches,
  variantsOf,
  type Way,
} from "./matmul_kernels.ts";
import { isWhole, MATRIX_TILE, type Product, TILES, tilesFor } from "./matmul_tiled.ts";

/** What a product asks of the device before it chooses its kernels. */
export function matmulRequests(call: MatmulCall, device: DeviceTraits): readonly TuneRequest[] {
  const { key, ways } = questionOf(call, device);
  if (key === "") return [];
  return [{ key, candidates: Object.entries(ways).map(([name, way]) => candidateOf(name, way, call, device)) }];
}

function candidateOf(name: string, way: Way, call: MatmulCall, device: DeviceTraits): Candidate {
  const launches = withActivation(call, launchesBy(productOf(call), way, device));
  return {
    name,
    kernels: launches.map(({ kernel }) => kernel as string),
    checkKey: variantsOf(launches),
    check: () => checkOf(way, call, device),
    trial: () => timedTrial(way, call, device),
  };
}

/** Sums of up to some thousand products in f32, in any order; and with operands rounded to 11 bits. */
const TOLERANCE = { f32: 5e-5, f16: 2e-3 };

/** The same variants of the same kernels on a small problem with ragged edges, against sums in double precision. */
function checkOf(way: Way, call: MatmulCall, device: DeviceTraits): Trial {
  const product = productOf(call);
  // An activation by a kernel of its own takes all rows.
  const small = callOfSizes(smallSizes(way, product, device), call, call.attributes.activation ? 0 : 1);
  // Few rows would not be cut into parts by themselves.
  const smallProduct = { ...productOf(small), splits: Math.min(product.splits, 2) };
  return {
    launches: toTrial(withActivation(small, launchesBy(smallProduct, way, device))),
    output: resultOf(small),
    expected: (before) => plainResult(small, smallProduct, before),
    tolerance: TOLERANCE[way.matrix?.component ?? "f32"],
  };
}

function resultOf({ outputs, attributes }: MatmulCall): Tensor {
  return attributes.activation === "gelu" ? outputs.activated : outputs.y;
}

/** Larger than a tile in every direction and no multiple of it, with the divisibility that the real sizes have. */
function smallSizes({ family, tile, matrix }: Way, product: Product, device: DeviceTraits): Sizes {
  const { sizes, splits } = product;
  const ragged = (above: number, like: MatmulSizes[keyof MatmulSizes]): number => above + (isWhole(like) ? 4 : 3);
  const { rows, columns, inner } = sizes;
  if (family === "subgroup") return smallSubgroupSizes(product, device);
  const { height, width, step } = matrix ? MATRIX_TILE : TILES[tile ?? tilesFor(sizes, device)[0]!]!;
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
function timedTrial(way: Way, call: MatmulCall, device: DeviceTraits): Trial {
  const product = productOf(call);
  const { rows, columns, inner } = product.sizes;
  const sizes: Sizes = { rows: capacityOf(rows), columns: capacityOf(columns), inner: capacityOf(inner) };
  const dynamic = product.layout === "TN" ? "inner" : "rows";
  while (2 * sizes.rows * sizes.columns * sizes.inner > MOST_OPERATIONS && sizes[dynamic] >= 2 * FEWEST_ROWS) {
    sizes[dynamic] = Math.ceil(sizes[dynamic] / 2);
  }
  const cut = callOfSizes(sizes, call, 0, product.splits);
  const cutProduct = { ...productOf(cut), splits: product.splits };
  return {
    launches: toTrial(withActivation(cut, launchesBy(cutProduct, way, device))),
    output: resultOf(cut),
    expected: toTrial(withActivation(cut, registerLaunches(cutProduct))),
    tolerance: 10 * TOLERANCE[way.matrix?.component ?? "f32"],
  };
}

interface Sizes {
  rows: number;
  columns: number;
  inner: number;
}

/** The same call for other sizes. The results have `spareRows` more than are written. */
function callOfSizes({ rows, columns, inner }: Sizes, like: MatmulCall, spareRows: number, splits = 2): MatmulCall {
  const { layout, activation } = like.attributes;
  const { BIAS, RESIDUAL, ACCUMULATE } = productOf(like).conditions;
  const isHalf = like.inputs.half !== undefined;
  const tensor = (label: string, ...shape: number[]): Tensor =>
    new Tensor({ shape, storage: { kind: "slot", label, bytes: elementsAtCapacity(shape) * 4 } });
  const y = tensor("y", rows + spareRows, columns);
  return {
    inputs: {
      a: layout === "TN" ? tensor("a", inner, rows) : tensor("a", rows, inner),
      b: layout === "NT" ? tensor("b", columns, inner) : tensor("b", inner, columns),
      bias: BIAS ? tensor("bias", columns) : undefined,
      residual: RESIDUAL ? tensor("residual", rows, columns) : undefined,
      onto: ACCUMULATE ? y : undefined,
      x: activation === "gelu backward" ? tensor("x", rows, columns) : undefined,
      half: isHalf ? halfTensor(columns * inner) : undefined,
    },
    outputs: {
      y,
      packed: tensor("packed", inner, Math.ceil(columns / 4) * 4),
      partials: tensor("partials", splits, rows, columns),
      activated: tensor("activated", rows + spareRows, columns),
    },
    attributes: { layout, activation, accumulate: ACCUMULATE ? 1 : 0 },
  };
}

/** Two values a word. */
function halfTensor(elements: number): Tensor {
  const words = Math.ceil(elements / 2);
  return new Tensor({ shape: [words], dtype: "u32", storage: { kind: "slot", label: "half", bytes: words * 4 } });
}

/** The result as it must be, its untouched last row included, in double precision. */
function plainResult(call: MatmulCall, { sizes, layout }: Product, before: (tensor: TrialTensor) => Float32Array): Float64Array {
  const { rows, columns, inner } = sizes as Sizes;
  const {
    a,
    b: full,
    half,
    bias,
    residual,
    onto,
    x,
  } = Object.fromEntries(Object.entries(call.inputs).map(([name, tensor]) => [name, tensor && before(tensor)])) as Record<
    keyof MatmulCall["inputs"],
    Float32Array
  >;
  const b = half ?? full;
  const [rowOfA, innerOfA] = layout === "TN" ? [1, rows] : [inner, 1];
  const [innerOfB, columnOfB] = layout === "NT" ? [1, inner] : [columns, 1];
  const expected = Float64Array.from(before(resultOf(call)));
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = row * columns + column;
      let sum = (onto?.[at] ?? 0) + (bias?.[column] ?? 0) + (residual?.[at] ?? 0);
      for (let k = 0; k < inner; k += 1) sum += a[row * rowOfA + k * innerOfA]! * b[k * innerOfB + column * columnOfB]!;
      expected[at] = activate(sum, call.attributes.activation, x?.[at]);
    }
  }
  return expected;
}

/** As lib/gelu.wgsl: s = sigmoid(2u); gelu = x s, its slope s + x s (1 - s) 2u'. */
function activate(value: number, activation: Activation | undefined, slopeAt = 0): number {
  if (!activation) return value;
  const at = activation === "gelu" ? value : slopeAt;
  const twice = 2 * Math.sqrt(2 / Math.PI);
  const s = 1 / (1 + Math.exp(-twice * (at + 0.044715 * at ** 3)));
  return activation === "gelu" ? value * s : value * (s + at * s * (1 - s) * twice * (1 + 3 * 0.044715 * at ** 2));
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
