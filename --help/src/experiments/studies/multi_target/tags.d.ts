import type { Picture } from "../../../report/plots.js";
import type { ArmsFindings } from "../../framework/arms/findings.js";
import type { Claim } from "../../framework/arms/judge.js";
import { type ArmsSettings } from "../../framework/arms/settings.js";
export declare function holdsEveryTag(settings: ArmsSettings, arm: string): Claim[];
export declare function missesATag(settings: ArmsSettings, arm: string): Claim;
/** A table of the entropy of each tag under each arm. It is left out where no arm has targets for the tags. */
export declare function tagSections(settings: ArmsSettings, findings: ArmsFindings): string[];
/** The entropy of each tag over the steps, with the tag's own target. */
export declare function tagPictures(settings: ArmsSettings, findings: ArmsFindings): Promise<Picture[]>;
