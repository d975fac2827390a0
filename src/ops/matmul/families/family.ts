import type { Scalar } from "../../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { isWhole, type MatmulSizes, type Problem } from "../problem.ts";

/** Kernels for one kind of device. */
export interface Family {
  /** Whether products take it on such a device unasked. */
  readonly suits: (device: DeviceTraits) => boolean;
  /** What whoever names the family gets: with a certain tile, where the family has any. */
  readonly way: (tile?: string) => Way;
  /** What is worth trying on a problem, by name, the best guess first. Without any there is nothing to find out. */
  readonly candidates: (problem: Problem, device: DeviceTraits) => Readonly<Record<string, CheckedWay>>;
}

/** Kernels, with their variants, that compute a product. */
export interface Way {
  readonly launches: (problem: Problem, device: DeviceTraits) => readonly Dispatch[];
}

/** A way that must pass a check on the device before it is taken. */
export interface CheckedWay extends Way {
  /** A small problem with ragged edges that takes the same variants as the given one. */
  readonly checkSizes: (problem: Problem, device: DeviceTraits) => MatmulSizes<number>;
  /** f16: operands are rounded to 11 bits. */
  readonly precision: "f32" | "f16";
}

/** A size a little above another one, which quads divide where they divide `like`. */
export function raggedAbove(size: number, like: Scalar): number {
  return size + (isWhole(like) ? 4 : 3);
}
