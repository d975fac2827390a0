import { nearestWord, throwIfAny, unknownKey } from "../../../options/problems.ts";
import { brief, listed } from "../../../options/quote.ts";
import { notJudged, type Verdict, type Weighed } from "../verdict.ts";
import type { ArmsFindings } from "./findings.ts";
import { runsOf } from "./holding.ts";
import { ALONE, type ArmsSettings, armNames } from "./settings.ts";

/** What a study says of some of its arms, and how their runs bear it out. */
export interface Claim extends Pick<Verdict, "evenQuick"> {
  /** The claim in words. "pass@k" becomes that of the runs, such as pass@8. */
  readonly claim: string;
  /** The arms that it speaks of. Where the settings lack one, the claim is not judged. */
  readonly arms: readonly string[];
  /** Whether it is about the distance from a target, which every one of these arms must then have. */
  readonly needsTarget?: boolean;
  readonly weigh: (findings: ArmsFindings) => Weighed;
}

/** The runs that a study is to have. */
export interface Planned {
  readonly arms: readonly string[];
  readonly seeds: number;
}

/** Holds claims against the runs; `group` heads the claims where the runs are those of one group. With `planned` a claim that lacks runs is open. */
export function judgeClaims(claims: readonly Claim[], findings: ArmsFindings, group = ALONE, planned?: Planned): Verdict[] {
  const heading = group === ALONE ? "" : `${group}: `;
  return claims.map((claim) => ({
    claim: `${heading}${claim.claim.replaceAll("pass@k", `pass@${findings.k}`)}`,
    evenQuick: claim.evenQuick ?? false,
    ...((planned && openFor(claim, findings, planned)) ?? reasonAgainst(claim, findings) ?? claim.weigh(findings)),
  }));
}

/** A claim of which some runs are not there yet. */
function openFor({ arms }: Claim, { runs }: ArmsFindings, { arms: names, seeds }: Planned): Weighed | undefined {
  const fewest = Math.min(...arms.filter((arm) => names.includes(arm)).map((arm) => runsOf(runs, arm).length));
  return fewest < seeds ? notJudged(`open: ${fewest} of ${seeds} seeds`) : undefined;
}

function reasonAgainst({ arms, needsTarget }: Claim, { runs }: ArmsFindings): Weighed | undefined {
  const absent = arms.filter((arm) => runsOf(runs, arm).length === 0);
  if (absent.length > 0) return notJudged(`these settings have no arm ${absent.join(", ")}`);
  const aimless = arms.filter((arm) => needsTarget && runsOf(runs, arm).some(({ target }) => target === null));
  return aimless.length > 0 ? notJudged(`these settings give no target to ${aimless.join(", ")}`) : undefined;
}

/** Throws where a claim speaks of an arm that neither the study's own settings nor the given ones have: its name is misspelt. */
export function refuseUnknownArms(
  claims: readonly Pick<Claim, "arms">[],
  settings: Pick<ArmsSettings, "arms">,
  shipped: Pick<ArmsSettings, "arms">,
): void {
  const known = [...new Set([...armNames(shipped), ...armNames(settings)])];
  const unknown = claims.flatMap(({ arms }) => arms).find((arm) => !known.includes(arm));
  if (unknown === undefined) return;
  const near = nearestWord(unknown, known);
  throw new Error(
    `a claim names the arm ${brief(unknown)}, which no settings have; ${near ? `did you mean ${near}? ` : ""}The arms are ${listed(known)}.`,
  );
}

/**
 * A group's changes of an arm that nobody has would be without effect; those of a shipped arm that the user left out stay there.
 * @throws ConfigError with the nearest arm
 */
export function refuseUnknownArmsOfGroups(settings: Pick<ArmsSettings, "arms" | "groups">, shipped: Pick<ArmsSettings, "arms">): void {
  const known = [...new Set([...armNames(settings), ...armNames(shipped)])];
  const named = Object.entries(settings.groups ?? {}).flatMap(([group, { arms = {} }]) => Object.keys(arms).map((arm) => ({ group, arm })));
  throwIfAny(named.filter(({ arm }) => !known.includes(arm)).map(({ group, arm }) => unknownKey(`groups.${group}.arms`, arm, known)));
}
