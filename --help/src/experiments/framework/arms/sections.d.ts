import { type ArmsFindings } from "./findings.js";
import { type ArmsSettings } from "./settings.js";
/** The runs of every group in tables and pictures; every number comes from the findings. */
export declare function armSections(settings: ArmsSettings, findings: ArmsFindings): string[];
