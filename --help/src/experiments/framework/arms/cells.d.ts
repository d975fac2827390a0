import type { Cell } from "../cell.js";
import { type ArmsSettings } from "./settings.js";
export declare function cellName(seed: number, arm: string, group?: string): string;
/** Every arm of every group with every seed. Seeds follow one another, so that a study that is cut short has whole comparisons. */
export declare function armCells(settings: ArmsSettings): Cell[];
/** The arms of a group whose controllers hold an entropy at a target. */
export declare function holdingArms({ entropy, arms, groups }: ArmsSettings, group?: string): string[];
