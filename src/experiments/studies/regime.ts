import { mean } from "../../report/statistics.ts";
import { holdsTarget, isNoWorse, leavesTarget } from "../framework/arms/claims.ts";
import type { ArmRun, ArmsFindings } from "../framework/arms/findings.ts";
import { ofGroup } from "../framework/arms/findings.ts";
import { holdingOf, runsOf } from "../framework/arms/holding.ts";
import { type ArmsSettings, armNames, groupNames } from "../framework/arms/settings.ts";
import { armStudy } from "../framework/arms/study.ts";
import { markdownTable } from "../framework/markdown.ts";
import { interval } from "../framework/numbers.ts";

const BASELINE = "GRPO";
const PAPER = "paper: tau 0.95, kp 1, ki 0.01";
const AUTHORS = "authors: tau 0.95, kp 10, P";
const EFFECT = "entropy-effect, kp 10, ki 0.5";

/** The regime of large models, imitated: which settings should a user with a real model start from? */
export const regime = armStudy({
  name: "regime",
  description:
    "a start of low entropy, temperature 0.6 and four updates on a rollout: the paper's settings, its authors' and the entropy-effect gate",
  title: "Regime: which settings where entropy is low, as in large models?",
  question: `Large models begin with some 0.1 to 0.3 nats a token, because most tokens are all but certain, and the paper's settings are made for that. Our other studies begin
higher. This one begins with a warm start that was trained until it had little entropy left, samples at temperature 0.6, takes four updates on each rollout, and
compares the paper's settings (probability gate with tau 0.95, kp 1, ki 0.01), its authors' later ones (kp 10, the proportional part alone) and the entropy-effect
gate, towards low targets. A vocabulary of sixteen signs stays what it is: what is imitated is the entropy, not the language.`,
  sections: startFrom,
  claims: () => [
    holdsTarget(PAPER),
    holdsTarget(AUTHORS),
    holdsTarget(EFFECT),
    leavesTarget(BASELINE),
    isNoWorse(PAPER, BASELINE),
    isNoWorse(EFFECT, BASELINE),
  ],
});

/** For each target the arm that stays nearest and the one with the best accuracy: where a user may begin. */
function startFrom(settings: ArmsSettings, findings: ArmsFindings): string[] {
  const [baseline, ...arms] = armNames(settings);
  if (arms.length === 0) return [];
  const rows = groupNames(settings).flatMap((group) => {
    const { runs } = ofGroup(findings, group);
    const measures: readonly [string, (run: ArmRun) => number, "least" | "most"][] = [
      ["mean distance from the target, nats", (run) => holdingOf(run).meanError, "least"],
      ["greedy", (run) => run.after.greedy, "most"],
      [`pass@${findings.k}`, (run) => run.after.passAtK, "most"],
    ];
    return measures.map(([name, of, wanted]) => {
      const values = (arm: string): number[] => runsOf(runs, arm).map(of);
      const sign = wanted === "most" ? 1 : -1;
      const best = arms.reduce((first, arm) => (sign * mean(values(arm)) > sign * mean(values(first)) ? arm : first));
      return [group, name, best, interval(values(best)), interval(values(baseline!))];
    });
  });
  const text =
    "The best arm by each measure. Where arms lie within each other's intervals (see the tables below) it shows a direction and no ranking.";
  return ["## Where to start", text, markdownTable(["regime", "measure", "best", "there", baseline!], rows)];
}
