import { type ArmsFindings } from "../../framework/arms/findings.js";
import { type ArmsSettings } from "../../framework/arms/settings.js";
/** For each group the best target by each measure, beside the first arm (plain GRPO, which has no target). */
export declare function bestTargetSection(settings: ArmsSettings, findings: ArmsFindings): string[];
