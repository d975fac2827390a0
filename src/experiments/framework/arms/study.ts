import type { Picture } from "../../../report/plots.ts";
import { defineStudy } from "../define_study.ts";
import { seedsOf } from "../seeds.ts";
import type { Study } from "../study.ts";
import { armCells } from "./cells.ts";
import { type ArmsFindings, armsFindings, ofGroup, settingsShown } from "./findings.ts";
import { type Claim, judgeClaims, refuseUnknownArms, refuseUnknownArmsOfGroups } from "./judge.ts";
import { armPictures } from "./pictures.ts";
import { armSections } from "./sections.ts";
import { type ArmsSettings, armNames, armsSchema, groupNames } from "./settings.ts";

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
export function armStudy({ question, claims, sections, pictures, ...named }: ArmStudyOptions): Study {
  return defineStudy({
    ...named,
    version: 2,
    question: () => question,
    schema: armsSchema,
    check: (settings, shipped) => {
      refuseUnknownArmsOfGroups(settings, shipped);
      refuseUnknownArms(claims(settings), settings, shipped);
    },
    cells: armCells,
    isPartial: true,
    findings: armsFindings,
    verdicts: (settings, findings) =>
      groupNames(settings).flatMap((group) =>
        judgeClaims(claims(settings), ofGroup(findings, group), group, { arms: armNames(settings), seeds: seedsOf(settings).length }),
      ),
    sections: (all, findings) => {
      const settings = settingsShown(all, findings);
      return [...(sections?.(settings, findings) ?? []), ...armSections(settings, findings)];
    },
    pictures: async (all, findings) => {
      const settings = settingsShown(all, findings);
      return [...(await armPictures(named.title, settings, findings)), ...((await pictures?.(settings, findings)) ?? [])];
    },
  });
}
