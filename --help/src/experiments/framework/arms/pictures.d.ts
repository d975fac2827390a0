import { type Series } from "../../../report/figure.js";
import type { Picture } from "../../../report/plots.js";
import { type ArmsFindings } from "./findings.js";
import { type ArmsSettings } from "./settings.js";
export declare function pictureName(kind: "curves" | "scores", group: string): string;
/**
 * Two pictures for each group: `curves` has entropy, alpha and reward over the steps, `scores` has pass@1 and pass@k after training.
 * Bands are 95 % intervals over seeds.
 */
export declare function armPictures(title: string, settings: ArmsSettings, findings: ArmsFindings): Promise<Picture[]>;
export declare function curve(name: string, series: readonly (readonly number[])[]): Series;
