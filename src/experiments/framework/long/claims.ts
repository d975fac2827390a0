import { mean } from "../../../report/statistics.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "../arms/settings.ts";
import { areNoLower, holm, isHigher, isWhole, NO_LOWER, type PairedTest, pairedTest, testInWords } from "../paired.ts";
import { seedsOf } from "../seeds.ts";
import { notJudged, type Verdict, type Weighed } from "../verdict.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import {
  compareAfter,
  fallsAfterPeak,
  GREEDY,
  groupNamed,
  headlineMeasures,
  type Measure,
  type Pair,
  runsOfArm,
  valuesOfArm,
} from "./measures.ts";

/** A claim over all groups of a study, about some of its arms. */
export interface LongClaim {
  readonly claim: string;
  readonly arms: readonly string[];
  /** The groups that it speaks of. Default: all. */
  readonly groups?: readonly string[];
  readonly weigh: (findings: LongFindings, groups: readonly LongGroup[]) => Weighed;
}

/** Judges claims whose runs are all there. The others are open, or speak of arms that the settings lack. */
export function judgeLong(claims: readonly LongClaim[], settings: ArmsSettings, findings: LongFindings): Verdict[] {
  return claims.map((one) => ({ claim: one.claim, ...(unjudged(one, settings, findings) ?? one.weigh(findings, findings.groups)) }));
}

function unjudged({ arms, groups: own }: LongClaim, settings: ArmsSettings, findings: LongFindings): Weighed | undefined {
  const absent = arms.filter((arm) => !armNames(settings).includes(arm));
  if (absent.length > 0) return notJudged(`these settings have no arm ${absent.join(", ")}`);
  const seeds = seedsOf(settings).length;
  const groups = own ?? groupNames(settings);
  const counts = groups.flatMap((group) => arms.map((arm) => runsOfArm(findings, group, arm).length));
  const fewest = Math.min(...counts);
  if (fewest < seeds) return notJudged(`open: ${fewest} of ${seeds} seeds`);
  return seeds < 2 ? notJudged("one seed tells nothing about chance") : undefined;
}

/** Greedy and entropy-matched pass@1 are no lower than the baseline's in every group. */
export function isNoLowerEverywhere({ arm, baseline }: Pair): LongClaim {
  return {
    claim: `${arm}: greedy and entropy-matched pass@1 are no lower than those of ${baseline} on any task (${NO_LOWER})`,
    arms: [arm, baseline],
    weigh: (findings, groups) => {
      return weighNoLower(groups.flatMap((group) => accuracyTests(findings, group, { arm, baseline })));
    },
  };
}

/** One of them is higher somewhere, after Holm's correction over all tasks and both measures. */
export function isHigherSomewhere({ arm, baseline }: Pair): LongClaim {
  return {
    claim: `${arm}: greedy or entropy-matched pass@1 is higher than that of ${baseline} on at least one task (p < 0.05 after Holm's correction)`,
    arms: [arm, baseline],
    weigh: (findings, groups) => {
      const tests = groups.flatMap((group) => accuracyTests(findings, group, { arm, baseline }));
      const adjusted = holm(tests.map(({ test }) => test.p));
      const best = tests.map((one, i) => ({ ...one, test: { ...one.test, p: adjusted[i]! } })).filter(({ test }) => isHigher(test));
      return { measured: best.length > 0 ? inWords(best) : `none of ${tests.length}`, passed: best.length > 0 };
    },
  };
}

export function isMoreDiverseEverywhere({ arm, baseline }: Pair, k = 8): LongClaim {
  return {
    claim: `${arm}: pass@${k} is higher than that of ${baseline} on every task (p < 0.05 on each)`,
    arms: [arm, baseline],
    weigh: (findings, groups) => {
      const tests = groups.map((group) => ({
        ...named(group),
        test: compareAfter(findings, group, { arm, baseline }, headlineMeasures(group).diversity),
      }));
      return { measured: inWords(tests), passed: tests.every(({ test }) => isHigher(test)) };
    },
  };
}

/** The three claims above together. */
export function headline(pair: Pair): LongClaim {
  const parts = [isNoLowerEverywhere(pair), isHigherSomewhere(pair), isMoreDiverseEverywhere(pair)];
  return {
    claim: `The headline: ${pair.arm} ends with accuracy no lower than ${pair.baseline} everywhere and higher somewhere, and with more diversity everywhere`,
    arms: [pair.arm, pair.baseline],
    weigh: (findings, groups) => {
      const weighed = parts.map(({ weigh }) => weigh(findings, groups).passed);
      const held = weighed.filter((passed) => passed === true).length;
      const measured = `${held} of its ${parts.length} parts hold (the claims below)`;
      return { measured, passed: weighed.includes(false) ? false : held === parts.length || undefined };
    },
  };
}

/** A claim over all groups, asked of some of them alone. */
export function within(groups: readonly string[], { claim, arms, weigh }: LongClaim): LongClaim {
  return {
    claim: `Of ${groups.join(" and ")} alone. ${claim}`,
    arms,
    groups,
    weigh: (findings, all) =>
      weigh(
        findings,
        all.filter(({ group }) => groups.includes(group)),
      ),
  };
}

/** Greedy and entropy-matched pass@1 are no lower than those of the best of other arms in each group, which only hindsight knows. */
export function isNoLowerThanBest(arm: string, others: readonly string[], kind: string): LongClaim {
  return {
    claim: `${arm}: greedy and entropy-matched pass@1 are no lower than with the best ${kind} of each task (${NO_LOWER})`,
    arms: [arm, ...others],
    weigh: (findings, groups) => {
      const tests = groups.flatMap((group) =>
        headlineMeasures(group).accuracy.map((measure) => {
          const meanOf = (other: string): number => mean(valuesOfArm(findings, group, other, measure));
          const known = others.filter((other) => !Number.isNaN(meanOf(other)));
          const baseline = known.reduce((best, other) => (meanOf(other) > meanOf(best) ? other : best), known[0] ?? others[0]!);
          const test = compareAfter(findings, group, { arm, baseline }, measure);
          return { name: `${prefix(group.group)}${measure.name} against ${baseline}`, test };
        }),
      );
      return weighNoLower(tests);
    },
  };
}

/** A measure of an arm is higher than another arm's in one group. */
export function isHigherIn(group: string, { arm, baseline }: Pair, measure: Measure, why: string): LongClaim {
  return {
    claim: `${prefix(group)}${why}: ${measure.name} of ${arm} is higher than that of ${baseline} (p < 0.05)`,
    arms: [arm, baseline],
    groups: [group],
    weigh: (findings) => inGroup(findings, group, (own) => weighHigher(compareAfter(findings, own, { arm, baseline }, measure))),
  };
}

/** An arm's score falls after its peak. */
export function getsWorse(group: string, arm: string): LongClaim {
  return {
    claim: `${prefix(group)}${arm} gets worse after its peak (greedy accuracy where the other seeds peak, less that at the end, p < 0.05)`,
    arms: [arm],
    groups: [group],
    weigh: (findings) => inGroup(findings, group, (own) => weighHigher(pairedTest(fallsAfterPeak(findings, own, arm, GREEDY)))),
  };
}

/** Less of what an arm once solved is lost at its end. */
export function forgetsLess(group: string, { arm, baseline }: Pair): LongClaim {
  return {
    claim: `${prefix(group)}${arm} keeps more of what it once solved than ${baseline} (held-out problems ever solved less those solved at the end, p < 0.05)`,
    arms: [arm, baseline],
    groups: [group],
    weigh: (findings) =>
      inGroup(findings, group, (own) => {
        const lost = (of: string): number[] => runsOfArm(findings, group, of).map((run) => lostOf(own, run.after));
        if (Number.isNaN(mean(lost(baseline)))) return notJudged("these settings do not measure what was ever solved");
        const kept = lost(baseline).map((value, i) => value - lost(arm)[i]!);
        return weighHigher(pairedTest(kept));
      }),
  };
}

function lostOf({ measures }: LongGroup, after: readonly (number | null)[]): number {
  const value = (name: string): number => after[measures.indexOf(name)] ?? Number.NaN;
  return value("eval/ever_solved") - value("eval/solved");
}

function weighHigher(test: PairedTest): Weighed {
  if (test.n === 0) return notJudged("these settings do not measure this");
  return isWhole(test) ? { measured: testInWords(test), passed: isHigher(test) } : notJudged(testInWords(test));
}

function inGroup(findings: LongFindings, group: string, weigh: (own: LongGroup) => Weighed): Weighed {
  const own = groupNamed(findings, group);
  return own ? weigh(own) : notJudged("open: no runs");
}

function weighNoLower(tests: readonly NamedTest[]): Weighed {
  return { measured: inWords(tests), passed: areNoLower(tests.map(({ test }) => test)) };
}

interface NamedTest {
  readonly name: string;
  readonly test: PairedTest;
}

function accuracyTests(findings: LongFindings, group: LongGroup, pair: Pair): NamedTest[] {
  return headlineMeasures(group).accuracy.map((measure) => ({
    name: `${prefix(group.group)}${measure.name}`,
    test: compareAfter(findings, group, pair, measure),
  }));
}

function named({ group }: LongGroup): { name: string } {
  return { name: group === ALONE ? "difference" : group };
}

function prefix(group: string): string {
  return group === ALONE ? "" : `${group}: `;
}

function inWords(tests: readonly NamedTest[]): string {
  return tests.map(({ name, test }) => `${name} ${testInWords(test)}`).join("; ");
}
