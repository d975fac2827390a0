import type { Scalar } from "../../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { isWhole, type MatmulSizes, type Problem } from "../problem.ts";

/** Kernels for one kind of device. */
export interface Family {
  /** Whether a product on this device takes the family when it names none. */
  readonly suits: (device: DeviceTraits, problem: Problem) => boolean;
  /** The way that a call gets which names the family, with the given tile where the family has tiles. */
  readonly way: (tile?: string) => Way;
  /** The ways worth trying on a problem, by name, the best guess first. Where there are none, nothing is checked or timed. */
  readonly candidates: (problem: Problem, device: DeviceTraits) => Readonly<Record<string, CheckedWay>>;
}

/** A way to compute a product: kernels and their variants. */
export interface Way {
  readonly launches: (problem: Problem, device: DeviceTraits) => readonly Dispatch[];
}

/** A way that must pass a check on the device before it is taken. */
export interface CheckedWay extends Way {
  /** A small problem with ragged edges that takes the same variants as the given one. */
  readonly checkSizes: (problem: Problem, device: DeviceTraits) => MatmulSizes<number>;
  /** Whether its sums have an order of their own. Ways without this must give the same bits, for tuning chooses among them by speed. */
  readonly ownBits?: boolean;
}

/** A size a little above another one. It is made of whole quads where `like` is. */
export function raggedAbove(size: number, like: Scalar): number {
  return size + (isWhole(like) ? 4 : 3);
}
