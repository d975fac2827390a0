import type { DeviceTraits, Dispatch } from "../../graph/trace.js";
import type { CheckedWay } from "./families/family.js";
import { type MatmulCall } from "./problem.js";
/** The kernels of one product on a device: those that tuning chose, else those of the family that the call names, else the plain kernel. */
export declare function matmulLaunches(call: MatmulCall, device: DeviceTraits): readonly Dispatch[];
/** What tuning is asked: which of the named ways to take, the best guess first, and the key under which the choice is remembered. */
export interface Question {
    readonly key: string;
    readonly ways: Readonly<Record<string, CheckedWay>>;
}
/** A call that names a family gets it unchecked. Only a tile that such a call leaves open is found by measuring. */
export declare function questionOf(call: MatmulCall, device: DeviceTraits): Question;
/** The kernels and their variants in words. Products with the same words are right or wrong together. */
export declare function variantsOf(dispatches: readonly Dispatch[]): string;
