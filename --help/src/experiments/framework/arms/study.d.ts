import type { Picture } from "../../../report/plots.js";
import type { Study } from "../study.js";
import { type ArmsFindings } from "./findings.js";
import { type Claim } from "./judge.js";
import { type ArmsSettings } from "./settings.js";
export interface ArmStudyOptions extends Pick<Study, "name" | "description"> {
    readonly title: string;
    readonly question: string;
    /** What the method says of these arms; it is held against the runs of every group. */
    readonly claims: (settings: ArmsSettings) => readonly Claim[];
    /** What the study has to say and to show beyond the tables and pictures of all arms. */
    readonly sections?: (settings: ArmsSettings, findings: ArmsFindings) => readonly string[];
    readonly pictures?: (settings: ArmsSettings, findings: ArmsFindings) => Promise<readonly Picture[]>;
}
/** A study that trains one configuration in several arms with the same seeds. Its YAML file holds the arms and all settings. */
export declare function armStudy({ question, claims, sections, pictures, ...named }: ArmStudyOptions): Study;
