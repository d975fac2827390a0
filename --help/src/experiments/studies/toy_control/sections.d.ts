import type { ToyFindings } from "./findings.js";
import type { ToySettings } from "./settings.js";
export declare function toyQuestion(settings: ToySettings): string;
/** What the report says between its verdicts and its provenance; every number comes from the findings. */
export declare function toySections(settings: ToySettings, findings: ToyFindings): string[];
