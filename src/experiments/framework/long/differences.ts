import { type ArmsSettings, armNames } from "../arms/settings.ts";
import { holm, type PairedTest } from "../paired.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import { compareAfter, type Measure, runsOfArm } from "./measures.ts";

/** How an arm differs from the first in a measure after training. */
export interface Difference {
  readonly arm: string;
  readonly test: PairedTest;
  /** Corrected by Holm's method over all arms of the settings, those without runs included. */
  readonly p: number;
}

/** The arms that have runs in a group, in the order of the settings. */
export function armsShown(settings: ArmsSettings, findings: LongFindings, { group }: LongGroup): string[] {
  return armNames(settings).filter((arm) => runsOfArm(findings, group, arm).length > 0);
}

/** How each arm of a group but the first differs from the first. Empty where there are none to compare. */
export function differencesFrom(settings: ArmsSettings, findings: LongFindings, group: LongGroup, measure: Measure): Difference[] {
  const arms = armsShown(settings, findings, group);
  const [baseline, ...others] = arms;
  if (baseline === undefined) return [];
  const tests = others.map((arm) => compareAfter(findings, group, { arm, baseline }, measure));
  // A family that grew with every arm that is complete would be kind to those that come first.
  const adjusted = holm(
    tests.map(({ p }) => p),
    armNames(settings).length - arms.length,
  );
  return others.map((arm, i) => ({ arm, test: tests[i]!, p: adjusted[i]! }));
}
