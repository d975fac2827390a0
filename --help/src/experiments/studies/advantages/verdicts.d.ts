import { type Claim } from "../../framework/arms/judge.js";
import { type Verdict } from "../../framework/verdict.js";
import type { AdvantagesFindings } from "./findings.js";
import type { AdvantagesSettings } from "./settings.js";
export declare function advantagesVerdicts(settings: AdvantagesSettings, findings: AdvantagesFindings): Verdict[];
/** Every claim of the study that names arms. */
export declare function armClaims(settings: AdvantagesSettings): Claim[];
