import type { Picture } from "../../../report/plots.js";
import type { AdvantagesFindings } from "./findings.js";
import { type AdvantagesSettings } from "./settings.js";
/** Two pictures: `distributions` has histograms by task and advantage, `offsets` how far off the target each remedy ends by shape of the reward. */
export declare function advantagesPictures(settings: AdvantagesSettings, findings: AdvantagesFindings): Promise<Picture[]>;
