import { meanInterval } from "../../report/statistics.ts";
import type { Verdict } from "../study.ts";
import { type ArmsFindings, meanOf } from "./findings.ts";
import { holdingOf, pairedDifferences, runsOf } from "./holding.ts";
import { interval, signedPercent } from "./report.ts";

/** How far from its target a held entropy may be, over the last half of training. */
const HELD = 0.1;

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
