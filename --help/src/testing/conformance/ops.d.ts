import type { Device } from "../../gpu/device.js";
import type { OpCase } from "../op_case.js";
import { type ConformanceGroup, type Measure } from "./case.js";
/** How far the results of an op's case are off. */
export declare function measuresOf(device: Device, one: OpCase): Promise<Measure[]>;
/** An op's case as it is called: "gelu 7 x 3". */
export declare function titleOf({ name, title }: OpCase): string;
export declare function skipOf({ needsSubgroups }: OpCase): (device: Device) => string | undefined;
export declare function detailsOf({ inputs, seed }: OpCase): Record<string, string>;
export declare const opsGroup: ConformanceGroup;
