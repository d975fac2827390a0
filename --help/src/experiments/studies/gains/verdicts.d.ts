import { type Verdict } from "../../framework/verdict.js";
import type { GainsFindings, GainsRun, PlantFindings } from "./findings.js";
import type { GainsSettings } from "./settings.js";
export declare const nameOf: ({ size, gate }: Pick<PlantFindings, "size" | "gate">) => string;
export declare const limitOf: ({ entropy }: GainsSettings) => number;
export declare function gainsVerdicts(settings: GainsSettings, { plants }: GainsFindings): Verdict[];
export declare function shown(gain: number): string;
/** The run of the grid with the smallest mean distance from the target. */
export declare function bestOf({ grid, target }: PlantFindings): GainsRun;
