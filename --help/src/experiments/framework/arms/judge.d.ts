import { type Verdict, type Weighed } from "../verdict.js";
import type { ArmsFindings } from "./findings.js";
import { type ArmsSettings } from "./settings.js";
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
/** Holds claims against the runs; `group` heads the claims where the runs are those of one group. */
export declare function judgeClaims(claims: readonly Claim[], findings: ArmsFindings, group?: string): Verdict[];
/** Throws where a claim speaks of an arm that neither the study's own settings nor the given ones have: its name is misspelt. */
export declare function refuseUnknownArms(claims: readonly Claim[], settings: Pick<ArmsSettings, "arms">, shipped: Pick<ArmsSettings, "arms">): void;
/**
 * A group's changes of an arm that nobody has would be without effect; those of a shipped arm that the user left out stay there.
 * @throws ConfigError with the nearest arm
 */
export declare function refuseUnknownArmsOfGroups(settings: Pick<ArmsSettings, "arms" | "groups">, shipped: Pick<ArmsSettings, "arms">): void;
