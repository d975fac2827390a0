import type { Picture } from "../../../report/plots.js";
import type { GainsFindings } from "./findings.js";
import { type GainsSettings } from "./settings.js";
/** Pictures of the runs of the first seed. Those of the other seeds would say the same. */
export declare function gainsPictures(settings: GainsSettings, { plants }: GainsFindings): Promise<Picture[]>;
