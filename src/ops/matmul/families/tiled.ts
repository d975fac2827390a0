import { capacityOf, ceilDivide, derive, product, type Scalar } from "../../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { layoutConditions, type MatmulSizes, type Problem, wideConditions } from "../problem.ts";
import { type CheckedWay, type Family, raggedAbove } from "./family.ts";
import { matrixWays } from "./matrix.ts";

/** For GPUs: a workgroup owns a tile of y and shares the operands through workgroup memory. */
export const tiled: Family = {
  suits: ({ software }) => !software,
  way: tiledWay,
  // A device has matrix instructions only where the user asked for them, so they come first.
  candidates: (problem, device) => ({
    ...matrixWays(problem, device),
    ...Object.fromEntries(tilesFor(problem.sizes, device).map((tile) => [`tiled ${tile}`, tiledWay(tile)])),
  }),
};

/** The knobs of tiled.wgsl: the tile of y that a workgroup owns, its step along K, and the block of an invocation. */
export interface Tile {
  readonly height: number;
  readonly width: number;
  readonly step: number;
  readonly blockHeight: number;
  readonly blockWidth: number;
}

/** All tiles give the same bits, so the choice among them is a matter of speed alone. */
export const TILES: Readonly<Record<string, Tile>> = {
  "64x64x16": { height: 64, width: 64, step: 16, blockHeight: 8, blockWidth: 4 },
  "64x64x32": { height: 64, width: 64, step: 32, blockHeight: 8, blockWidth: 4 },
  "64x64x16 wide": { height: 64, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "128x64x16": { height: 128, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "128x128x16": { height: 128, width: 128, step: 16, blockHeight: 8, blockWidth: 8 },
  "32x32x32": { height: 32, width: 32, step: 32, blockHeight: 4, blockWidth: 4 },
  "32x64x32": { height: 32, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "16x64x32": { height: 16, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "8x64x32": { height: 8, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "8x32x64": { height: 8, width: 32, step: 64, blockHeight: 4, blockWidth: 4 },
};

/** The tiles worth trying, the best guess first: few rows want flat tiles, few elements small ones, so that no core is idle. */
const FOR_FEW_ROWS = ["8x64x32", "8x32x64", "16x64x32", "32x32x32"];
const FOR_FEW_ELEMENTS = ["32x32x32", "32x64x32", "64x64x16", "64x64x32", "16x64x32"];
const FOR_MANY = ["64x64x16", "64x64x32", "64x64x16 wide", "128x64x16", "128x128x16", "32x64x32"];

export function tilesFor({ rows, columns }: MatmulSizes, { limits }: Pick<DeviceTraits, "limits">): readonly string[] {
  const elements = capacityOf(rows) * capacityOf(columns);
  const names = capacityOf(rows) <= 16 ? FOR_FEW_ROWS : elements < 64 ** 3 ? FOR_FEW_ELEMENTS : FOR_MANY;
  return names.filter((name) => {
    const { height, width, step, blockHeight, blockWidth } = TILES[name]!;
    const storage = step * (height + width + 8) * 4;
    const invocations = (height * width) / (blockHeight * blockWidth);
    return storage <= limits.maxComputeWorkgroupStorageSize && invocations <= limits.maxComputeInvocationsPerWorkgroup;
  });
}

/** Parts of K begin at multiples of this, which is a multiple of every tile's step. */
const PART_UNIT = 64;

/** The product by tiles of one kind: the named one, else the one that suits the product's shape. */
function tiledWay(name?: string): CheckedWay {
  const tileFor = ({ sizes }: Problem, device: DeviceTraits): Tile => TILES[name ?? tilesFor(sizes, device)[0]!]!;
  return {
    launches: (problem, device) => tiledLaunches(problem, tileFor(problem, device)),
    checkSizes: (problem, device) => {
      const { height, width, step } = tileFor(problem, device);
      const { rows, columns, inner } = problem.sizes;
      return {
        rows: raggedAbove(height, rows),
        columns: raggedAbove(width, columns),
        inner: raggedAbove(problem.splits > 1 ? PART_UNIT + step : 2 * step, inner),
      };
    },
    precision: "f32",
  };
}

function tiledLaunches(problem: Problem, tile: Tile): Dispatch[] {
  const { sizes, bindings, conditions, splits, scratch } = problem;
  const { inner } = sizes;
  if (splits === 1) return [multiplyLaunch(problem, tile, inner)];
  // The parts are plain sums; the kernel that adds them up applies the epilogue.
  const { x, activated, ...plain } = { ...bindings, y: scratch.partials };
  const parts = { ...problem, bindings: plain, conditions: { ...conditions, GELU: false, BACKWARD: false }, terms: 0 };
  const depth = derive(`part of ${splits}`, [inner], (k) => Math.ceil(k / (splits * PART_UNIT)) * PART_UNIT);
  return [multiplyLaunch(parts, tile, depth), reduceLaunch(problem)];
}

function multiplyLaunch({ sizes, layout, bindings, conditions, terms, splits }: Problem, tile: Tile, depth: Scalar): Dispatch {
  const { rows, columns, inner } = sizes;
  const { height, width, step, blockHeight, blockWidth } = tile;
  return {
    kernel: "matmul/tiled",
    variant: {
      constants: { TILE_HEIGHT: height, TILE_WIDTH: width, STEP: step, BLOCK_HEIGHT: blockHeight, BLOCK_WIDTH: blockWidth },
      conditions: { ...layoutConditions(layout), ...wideConditions(layout, sizes), ...conditions },
    },
    bindings,
    parameters: { rows, columns, inner, depth, terms },
    workgroups: [ceilDivide(columns, width), ceilDivide(rows, height), splits],
  };
}

function reduceLaunch({ sizes: { rows, columns }, bindings, conditions, terms, splits, scratch: { partials } }: Problem): Dispatch {
  const { a, b, ...epilogue } = bindings;
  return {
    kernel: "matmul/split_k_reduce",
    variant: { conditions },
    bindings: { partials, unread: partials, ...epilogue },
    parameters: { rows, columns, splits, terms },
    workgroups: ceilDivide(product(rows, ceilDivide(columns, 4)), 128),
  };
}
