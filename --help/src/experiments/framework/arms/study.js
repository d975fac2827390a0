import { defineStudy } from "../define_study.js";
import { armCells } from "./cells.js";
import { armsFindings, ofGroup } from "./findings.js";
import { judgeClaims, refuseUnknownArms, refuseUnknownArmsOfGroups } from "./judge.js";
import { armPictures } from "./pictures.js";
import { armSections } from "./sections.js";
import { armsSchema, groupNames } from "./settings.js";
/** A study that trains one configuration in several arms with the same seeds. Its YAML file holds the arms and all settings. */
export function armStudy({ question, claims, sections, pictures, ...named }) {
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
        findings: armsFindings,
        verdicts: (settings, findings) => groupNames(settings).flatMap((group) => judgeClaims(claims(settings), ofGroup(findings, group), group)),
        sections: (settings, findings) => [...(sections?.(settings, findings) ?? []), ...armSections(settings, findings)],
        pictures: async (settings, findings) => [
            ...(await armPictures(named.title, settings, findings)),
            ...((await pictures?.(settings, findings)) ?? []),
        ],
    });
}
