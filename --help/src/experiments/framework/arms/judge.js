import { nearestWord, throwIfAny, unknownKey } from "../../../options/problems.js";
import { brief, listed } from "../../../options/quote.js";
import { notJudged } from "../verdict.js";
import { runsOf } from "./holding.js";
import { ALONE, armNames } from "./settings.js";
/** Holds claims against the runs; `group` heads the claims where the runs are those of one group. */
export function judgeClaims(claims, findings, group = ALONE) {
    const heading = group === ALONE ? "" : `${group}: `;
    return claims.map((claim) => ({
        claim: `${heading}${claim.claim.replaceAll("pass@k", `pass@${findings.k}`)}`,
        evenQuick: claim.evenQuick ?? false,
        ...(reasonAgainst(claim, findings) ?? claim.weigh(findings)),
    }));
}
function reasonAgainst({ arms, needsTarget }, { runs }) {
    const absent = arms.filter((arm) => runsOf(runs, arm).length === 0);
    if (absent.length > 0)
        return notJudged(`these settings have no arm ${absent.join(", ")}`);
    const aimless = arms.filter((arm) => needsTarget && runsOf(runs, arm).some(({ target }) => target === null));
    return aimless.length > 0 ? notJudged(`these settings give no target to ${aimless.join(", ")}`) : undefined;
}
/** Throws where a claim speaks of an arm that neither the study's own settings nor the given ones have: its name is misspelt. */
export function refuseUnknownArms(claims, settings, shipped) {
    const known = [...new Set([...armNames(shipped), ...armNames(settings)])];
    const unknown = claims.flatMap(({ arms }) => arms).find((arm) => !known.includes(arm));
    if (unknown === undefined)
        return;
    const near = nearestWord(unknown, known);
    throw new Error(`a claim names the arm ${brief(unknown)}, which no settings have; ${near ? `did you mean ${near}? ` : ""}The arms are ${listed(known)}.`);
}
/**
 * A group's changes of an arm that nobody has would be without effect; those of a shipped arm that the user left out stay there.
 * @throws ConfigError with the nearest arm
 */
export function refuseUnknownArmsOfGroups(settings, shipped) {
    const known = [...new Set([...armNames(settings), ...armNames(shipped)])];
    const named = Object.entries(settings.groups ?? {}).flatMap(([group, { arms = {} }]) => Object.keys(arms).map((arm) => ({ group, arm })));
    throwIfAny(named.filter(({ arm }) => !known.includes(arm)).map(({ group, arm }) => unknownKey(`groups.${group}.arms`, arm, known)));
}
