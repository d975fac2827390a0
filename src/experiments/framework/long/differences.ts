import { holm, type PairedTest } from "../paired.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import { compareAfter, type Measure } from "./measures.ts";

/** How an arm differs from the first in a measure after training. */
export interface Difference {
  readonly arm: string;
  readonly test: PairedTest;
  /** Corrected by Holm's method over the arms. */
  readonly p: number;
}

/** How each arm but the first differs from the first. */
export function differencesFrom(findings: LongFindings, group: LongGroup, arms: readonly string[], measure: Measure): Difference[] {
  const [baseline, ...others] = arms;
  if (baseline === undefined) return [];
  const tests = others.map((arm) => compareAfter(findings, group, { arm, baseline }, measure));
  const adjusted = holm(tests.map(({ p }) => p));
  return others.map((arm, i) => ({ arm, test: tests[i]!, p: adjusted[i]! }));
}
