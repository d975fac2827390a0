import { storedParameters } from "../../../nn/stored_parameters.ts";
import { mean } from "../../../report/statistics.ts";
import type { PolicyModel } from "../../../rl/model.ts";
import { effectiveRank, singularValues } from "./effective_rank.ts";

/** A parameter of a model as numbers. */
export interface Weights {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type WeightsByName = ReadonlyMap<string, Weights>;

/** All parameters of a model as they are now. */
export async function weightsOf({ placed }: PolicyModel): Promise<WeightsByName> {
  const read = new Map<string, Weights>();
  for (const [name, { shape, pieces }] of storedParameters(placed)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    let at = 0;
    for await (const piece of pieces()) {
      const numbers = new Float32Array(piece.buffer, piece.byteOffset, piece.byteLength / 4);
      data.set(numbers, at);
      at += numbers.length;
    }
    read.set(name, { shape, data });
  }
  return read;
}

/** How a policy's weights differ from those it started with. */
export interface Drift {
  /** The norm of the change over that of the start's weights, of all weights. */
  readonly relative: number;
  /** The same of each layer, and of the weights that belong to none under `outside`. */
  readonly byLayer: Readonly<Record<string, number>>;
  /** The mean effective rank of the changes of matrices. */
  readonly rank: number;
}

export function driftOf(start: WeightsByName, now: WeightsByName): Drift {
  const changes = [...now].map(([name, { shape, data }]) => {
    const before = start.get(name)!.data;
    const change = data.map((value, i) => value - before[i]!);
    return { layer: /layers\.(\d+)\./.exec(name)?.[1] ?? "outside", shape, change, moved: squares(change), size: squares(before) };
  });
  const layers = [...new Set(changes.map(({ layer }) => layer))].sort();
  const matrices = changes.filter(({ shape }) => shape.length === 2 && Math.min(...shape) > 1);
  return {
    relative: relativeNorm(changes),
    byLayer: Object.fromEntries(layers.map((layer) => [layer, relativeNorm(changes.filter((one) => one.layer === layer))])),
    rank: mean(matrices.map(({ shape, change }) => effectiveRank(singularValues(change, shape as [number, number])))),
  };
}

function relativeNorm(changes: readonly { readonly moved: number; readonly size: number }[]): number {
  const total = (of: "moved" | "size"): number => changes.reduce((sum, one) => sum + one[of], 0);
  return Math.sqrt(total("moved") / total("size"));
}

function squares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
