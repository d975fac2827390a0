import type { GainsFindings } from "./findings.js";
import { type GainsSettings } from "./settings.js";
/** What the report says between its verdicts and its provenance; every number comes from the findings. */
export declare function gainsSections(settings: GainsSettings, { plants }: GainsFindings): string[];
