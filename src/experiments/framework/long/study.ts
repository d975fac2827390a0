import type { Picture } from "../../../report/plots.ts";
import { armCells } from "../arms/cells.ts";
import { refuseUnknownArms, refuseUnknownArmsOfGroups } from "../arms/judge.ts";
import { type ArmsSettings, armsSchema } from "../arms/settings.ts";
import type { Cell } from "../cell.ts";
import { defineStudy } from "../define_study.ts";
import type { Study } from "../study.ts";
import { judgeLong, type LongClaim } from "./claims.ts";
import { type LongFindings, longFindings } from "./findings.ts";
import { longInShort } from "./in_short.ts";
import { longPictures } from "./pictures.ts";
import { reducedRun } from "./reduced.ts";
import { longSections } from "./sections.ts";

export interface LongStudyOptions extends Pick<Study, "name" | "description"> {
  readonly title: string;
  readonly question: string;
  readonly claims: (settings: ArmsSettings) => readonly LongClaim[];
  /** What is measured beside every evaluation, and then the other tasks are too. */
  readonly probe?: Cell["probe"];
  /** What the study has to say and to show before the tables of all arms. */
  readonly sections?: (settings: ArmsSettings, findings: LongFindings) => readonly string[];
  readonly pictures?: (settings: ArmsSettings, findings: LongFindings) => Promise<readonly Picture[]>;
}

/**
 * A study of arms over thousands of steps, which is judged by what evaluations say along the run and at its end, and whose report can be
 * written while runs are missing.
 */
export function longStudy({ question, claims, probe, sections, pictures, ...named }: LongStudyOptions): Study {
  return defineStudy({
    ...named,
    version: 1,
    isPartial: true,
    question: () => question,
    schema: armsSchema,
    check: (settings, shipped) => {
      refuseUnknownArmsOfGroups(settings, shipped);
      refuseUnknownArms(claims(settings), settings, shipped);
    },
    cells: (settings) =>
      armCells(settings).map((cell) => (probe && cell.heldOutFrom === undefined ? { ...cell, probe, elsewhereAlong: true } : cell)),
    findings: longFindings,
    reduced: reducedRun,
    verdicts: (settings, findings) => judgeLong(claims(settings), settings, findings),
    inShort: longInShort,
    sections: (settings, findings) => [...(sections?.(settings, findings) ?? []), ...longSections(settings, findings)],
    pictures: async (settings, findings) => [
      ...((await pictures?.(settings, findings)) ?? []),
      ...(await longPictures(named.title, settings, findings)),
    ],
  });
}
