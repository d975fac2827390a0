import type { Cell } from "../../framework/cell.js";
import { type AdvantagesSettings } from "./settings.js";
export declare const distributionName: (task: string) => string;
/** The cells of the distributions, whose policy does not learn, come first. Then comes every remedy under every shape of the reward. */
export declare function advantagesCells(settings: AdvantagesSettings): Cell[];
