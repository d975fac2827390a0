import type { AdvantageName } from "../../../rl/advantages/index.js";
import { type ArmsFindings } from "../../framework/arms/findings.js";
import type { CellResults } from "../../framework/cell.js";
import { type Distribution } from "./distribution.js";
import { type AdvantagesSettings } from "./settings.js";
export interface TaskDistribution extends Distribution {
    readonly task: string;
    readonly advantage: AdvantageName;
    readonly completions: number;
}
export interface AdvantagesFindings {
    readonly distributions: readonly TaskDistribution[];
    readonly arms: ArmsFindings;
}
export declare function advantagesFindings(settings: AdvantagesSettings, results: CellResults): AdvantagesFindings;
