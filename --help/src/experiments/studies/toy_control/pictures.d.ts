import type { Picture } from "../../../report/plots.js";
import type { ToyFindings } from "./findings.js";
import type { ToySettings } from "./settings.js";
/** The pictures of the report. Bands are 95 % intervals over seeds. */
export declare function toyPictures(settings: ToySettings, findings: ToyFindings): Promise<Picture[]>;
