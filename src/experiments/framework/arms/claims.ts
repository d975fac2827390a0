import { compareSamples } from "../../../report/significance.ts";
import { meanInterval } from "../../../report/statistics.ts";
import { interval, probability, signedPercent } from "../numbers.ts";
import type { Verdict } from "../study.ts";
import { type ArmRun, type ArmsFindings, meanOf, ofGroup } from "./findings.ts";
import { holdingOf, pairedDifferences, runsOf } from "./holding.ts";

/** How far from its target a held entropy may be, over the last half of training. */
const HELD = 0.1;

/** Claims about one group, each headed by the group's name. */
export function inGroup(findings: ArmsFindings, group: string, judge: (own: ArmsFindings) => Verdict[]): Verdict[] {
  return judge(ofGroup(findings, group)).map((verdict) => ({ ...verdict, claim: `${group}: ${verdict.claim}` }));
}

function offsets({ runs }: ArmsFindings, arm: string): number[] {
  return runsOf(runs, arm).map((run) => holdingOf(run).offset);
}

/** Every seed within 10 % of the target; a short run has not settled. */
export function holdsTarget(findings: ArmsFindings, arm: string, quick: boolean): Verdict {
  const found = offsets(findings, arm);
  const within = found.filter((offset) => Math.abs(offset) <= HELD);
  return {
    claim: `${arm} holds entropy within 10 % of its target over the last half of training, with every seed`,
    measured: `${within.length} of ${found.length} seeds; mean offset ${signedPercent(meanOf(found))}`,
    passed: quick ? undefined : within.length === found.length,
  };
}

/** The mean over seeds within 10 %. */
export function staysNear(findings: ArmsFindings, arm: string, quick: boolean): Verdict {
  const offset = meanOf(offsets(findings, arm));
  const runs = runsOf(findings.runs, arm);
  const drift = meanOf(runs.map((run) => holdingOf(run).drift));
  const saturated = meanOf(runs.map((run) => run.saturated));
  // What has not arrived is told from what cannot.
  const way = `, moving by ${drift.toFixed(2)} nats per 100 steps, alpha at its limit in ${(100 * saturated).toFixed(0)} % of them`;
  return {
    claim: `${arm} is held within 10 % over the last half of training, on average over seeds`,
    measured: `mean offset ${signedPercent(offset)}${Math.abs(offset) > HELD ? way : ""}`,
    passed: quick ? undefined : Math.abs(offset) <= HELD,
  };
}

export function leavesTarget(findings: ArmsFindings, arm: string, quick: boolean): Verdict {
  const found = offsets(findings, arm);
  return {
    claim: `${arm} leaves the target by more than 10 %`,
    measured: `mean offset ${signedPercent(meanOf(found))}`,
    passed: quick ? undefined : Math.abs(meanOf(found)) > HELD,
  };
}

/** Not significantly worse: the 95 % interval of the paired difference reaches 0. */
export function isNoWorse(findings: ArmsFindings, arm: string, baseline: string, quick: boolean): Verdict {
  const differences = pairedDifferences(findings.runs, arm, baseline, (run) => run.after.passAtK);
  return {
    claim: `pass@${findings.k} of ${arm} is no worse than that of ${baseline} (the 95 % interval of the paired difference reaches 0 or lies above)`,
    measured: interval(differences, { sign: true }),
    passed: quick ? undefined : meanInterval(differences).high >= 0,
  };
}

export function isCloser(findings: ArmsFindings, arm: string, others: readonly string[], quick: boolean): Verdict {
  const error = (name: string): number => meanOf(runsOf(findings.runs, name).map((run) => holdingOf(run).meanError));
  const best = [...others].sort((a, b) => error(a) - error(b))[0]!;
  return {
    claim: `${arm} stays closer to the target than ${others.join(", ")} (mean distance of a step over the last half)`,
    measured: `${error(arm).toFixed(3)} nats; the best other, ${best}, ${error(best).toFixed(3)}`,
    passed: quick ? undefined : error(arm) < error(best),
  };
}

/** A smaller value of a measure of the runs, and not by chance (Welch's t, p < 0.05). */
function isSmaller(findings: ArmsFindings, arm: string, other: string, options: { of: (run: ArmRun) => number; claim: string }): Verdict {
  const [own, others] = [arm, other].map((name) => runsOf(findings.runs, name).map(options.of)) as [number[], number[]];
  const shown = `${meanOf(own).toFixed(4)} against ${meanOf(others).toFixed(4)} nats`;
  if (own.length < 2) return { claim: options.claim, measured: shown, passed: undefined };
  const { t, p, effect } = compareSamples(own, others);
  return {
    claim: options.claim,
    measured: `${shown}; Welch's t ${t.toFixed(1)}, ${probability(p)}, Hedges' g ${effect.toFixed(1)}`,
    passed: meanOf(own) < meanOf(others) && p < 0.05,
  };
}

export function isSteadier(findings: ArmsFindings, arm: string, other: string, quick: boolean): Verdict {
  const verdict = isSmaller(findings, arm, other, {
    of: (run) => holdingOf(run).deviation,
    claim: `Entropy varies less from step to step under ${arm} than under ${other} (standard deviation over the last half, p < 0.05)`,
  });
  return quick ? { ...verdict, passed: undefined } : verdict;
}

export function driftsLess(findings: ArmsFindings, arm: string, other: string, quick: boolean): Verdict {
  const verdict = isSmaller(findings, arm, other, {
    of: (run) => Math.abs(holdingOf(run).drift),
    claim: `Entropy drifts less under ${arm} than under ${other} (slope over the last half, nats per 100 steps, p < 0.05)`,
  });
  return quick ? { ...verdict, passed: undefined } : verdict;
}

/** The integral's whole purpose: a smaller distance of the mean from the target. */
export function isLessOff(findings: ArmsFindings, arm: string, other: string, quick: boolean): Verdict {
  const [own, others] = [arm, other].map((name) => meanOf(offsets(findings, name))) as [number, number];
  return {
    claim: `${arm} ends nearer its target than ${other} (offset of the mean over the last half)`,
    measured: `${signedPercent(own)} against ${signedPercent(others)}`,
    passed: quick ? undefined : Math.abs(own) < Math.abs(others),
  };
}
