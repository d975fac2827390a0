import { mean } from "../../../report/statistics.ts";
import { percent, signedPercent } from "../numbers.ts";
import { isNoLower, isWhole, NO_LOWER, pairedTest, SIGNIFICANT, testInWords } from "../paired.ts";
import { notJudged, type Weighed } from "../verdict.ts";
import type { ArmRun, ArmsFindings } from "./findings.ts";
import { HELD, holdingOf, offsetsOf, pairedDifferences, runsOf } from "./holding.ts";
import type { Claim } from "./judge.ts";

/** Every seed must be within 10 % of the target. */
export function holdsTarget(arm: string): Claim {
  return {
    claim: `${arm} holds entropy within 10 % of its target over the last half of training, with every seed`,
    arms: [arm],
    needsTarget: true,
    weigh: ({ runs }) => heldByAll(offsetsOf(runs, arm)),
  };
}

export function heldByAll(offsets: readonly number[]): Weighed {
  const within = offsets.filter((offset) => Math.abs(offset) <= HELD);
  return {
    measured: `${within.length} of ${offsets.length} seeds; mean offset ${signedPercent(mean(offsets))}`,
    passed: within.length === offsets.length,
  };
}

/** The mean over seeds must be within 10 %; single seeds may lie beyond. */
export function staysNear(arm: string): Claim {
  return {
    claim: `${arm} is held within 10 % over the last half of training, on average over seeds`,
    arms: [arm],
    needsTarget: true,
    weigh: ({ runs }) => {
      const own = runsOf(runs, arm);
      const offset = mean(offsetsOf(runs, arm));
      const drift = mean(own.map((run) => holdingOf(run).drift));
      const saturated = mean(own.map((run) => run.saturated));
      // An arm that is still moving has not arrived; one whose alpha stands at its limit cannot arrive.
      const way = `, moving by ${drift.toFixed(2)} nats per 100 steps, alpha at its limit in ${percent(saturated, 0)} of them`;
      return { measured: `mean offset ${signedPercent(offset)}${Math.abs(offset) > HELD ? way : ""}`, passed: Math.abs(offset) <= HELD };
    },
  };
}

export function leavesTarget(arm: string): Claim {
  return {
    claim: `${arm} leaves the target by more than 10 %`,
    arms: [arm],
    needsTarget: true,
    weigh: ({ runs }) => {
      const offset = mean(offsetsOf(runs, arm));
      return { measured: `mean offset ${signedPercent(offset)}`, passed: Math.abs(offset) > HELD };
    },
  };
}

/** The arm is not worse by more than a margin. */
export function isNoWorse(arm: string, baseline: string): Claim {
  return {
    claim: `pass@k of ${arm} is no worse than that of ${baseline} (${NO_LOWER})`,
    arms: [arm, baseline],
    weigh: ({ runs }) => {
      const test = pairedTest(pairedDifferences(runs, arm, baseline, (run) => run.after.passAtK));
      return { measured: testInWords(test), passed: isNoLower(test) };
    },
  };
}

/** The arm's mean distance must be smaller than that of the best other arm. */
export function isCloser(arm: string, others: readonly string[]): Claim {
  return {
    claim: `${arm} stays closer to the target than ${others.join(", ") || "other arms"} (mean distance of a step over the last half)`,
    arms: [arm, ...others],
    needsTarget: true,
    weigh: ({ runs }) => {
      const error = (name: string): number => mean(runsOf(runs, name).map((run) => holdingOf(run).meanError));
      const [best] = [...others].sort((a, b) => error(a) - error(b));
      if (best === undefined) return notJudged("these settings have no other arm");
      return {
        measured: `${error(arm).toFixed(3)} nats; the best other, ${best}, ${error(best).toFixed(3)}`,
        passed: error(arm) < error(best),
      };
    },
  };
}

export function isSteadier(arm: string, other: string): Claim {
  return {
    claim: `Entropy varies less from step to step under ${arm} than under ${other} (standard deviation over the last half, p < 0.05)`,
    arms: [arm, other],
    weigh: (findings) => isSmaller(findings, arm, other, (run) => holdingOf(run).deviation),
  };
}

export function driftsLess(arm: string, other: string): Claim {
  return {
    claim: `Entropy drifts less under ${arm} than under ${other} (slope over the last half, nats per 100 steps, p < 0.05)`,
    arms: [arm, other],
    weigh: (findings) => isSmaller(findings, arm, other, (run) => Math.abs(holdingOf(run).drift)),
  };
}

/** An arm's mean of a measure must be smaller than another's, and not by chance (paired by seed, p < 0.05). */
function isSmaller({ runs }: ArmsFindings, arm: string, other: string, measure: (run: ArmRun) => number): Weighed {
  const [own, others] = [runsOf(runs, arm).map(measure), runsOf(runs, other).map(measure)];
  const shown = `${mean(own).toFixed(4)} against ${mean(others).toFixed(4)} nats`;
  const test = pairedTest(pairedDifferences(runs, arm, other, measure));
  if (!isWhole(test)) return notJudged(shown);
  return { measured: `${shown}; ${testInWords(test)}`, passed: test.mean < 0 && test.p < SIGNIFICANT };
}

/** The mean must lie nearer to the target, which is what an integral is for. */
export function isLessOff(arm: string, other: string): Claim {
  return {
    claim: `${arm} ends nearer its target than ${other} (offset of the mean over the last half)`,
    arms: [arm, other],
    needsTarget: true,
    weigh: ({ runs }) => {
      const [own, others] = [mean(offsetsOf(runs, arm)), mean(offsetsOf(runs, other))];
      return { measured: `${signedPercent(own)} against ${signedPercent(others)}`, passed: Math.abs(own) < Math.abs(others) };
    },
  };
}
