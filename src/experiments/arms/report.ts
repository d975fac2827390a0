import { meanInterval } from "../../report/statistics.ts";
import { markdownTable, provenanceSection, verdictSentence, verdictTable } from "../markdown.ts";
import type { Provenance, Verdict } from "../study.ts";
import { type ArmRun, type ArmsFindings, meanOf } from "./findings.ts";
import { holdingOf, pairedDifferences, runsOf } from "./holding.ts";
import { type ArmsSettings, armNames } from "./settings.ts";

export interface ArmsReport {
  readonly title: string;
  /** What is asked, in plain words. */
  readonly question: string;
  readonly settings: ArmsSettings;
  readonly findings: ArmsFindings;
  readonly verdicts: readonly Verdict[];
  readonly provenance: Provenance;
  readonly quick: boolean;
}

/** report.md in plain words; every number in it comes from the findings. */
export function armsMarkdown(report: ArmsReport): string {
  const { title, question, settings, verdicts, quick, provenance, findings } = report;
  const [baseline] = armNames(settings) as [string];
  return `# ${title}

${verdictSentence(verdicts)}${quick ? " (A quick run: short, and only what must hold is judged.)" : ""}

${question}

${verdictTable(verdicts)}

## The runs

${settings.seeds} ${settings.seeds === 1 ? "seed" : "seeds"}; every arm starts from \`${settings.model}\` and sees the same prompts. Task: ${describe(settings.task)}. Training: ${describe(settings.grpo)}.
Entropy control, where an arm does not say otherwise: ${describe(settings.entropy)}. An arm without control is measured against the same
target. Entropy is the mean over answer tokens, in nats.

### Entropy over the last half of training

Offset is the distance of the mean from the target as a share of it, |e| the mean distance of a step, sd the standard deviation over the
steps of a run, saturated the share of steps with alpha at its limit, gated the share of tokens that alpha weighs. ± is half a 95 % interval
over seeds.

${entropyTable(settings, findings)}

![Entropy, alpha and reward over the steps](curves.svg)

### Held-out problems after training

Before training: pass@1 ${score(findings.runs, (run) => run.before.passAt1)}, greedy ${score(findings.runs, (run) => run.before.greedy)}, pass@${findings.k} ${score(findings.runs, (run) => run.before.passAtK)}. Differences from ${baseline} are paired by seed.

${scoreTable(settings, findings)}

![pass@1 and pass@${findings.k}](scores.svg)

${provenanceSection(provenance)}`;
}

function entropyTable(settings: ArmsSettings, { runs }: ArmsFindings): string {
  const rows = armNames(settings).map((arm) => {
    const own = runsOf(runs, arm);
    const held = own.map(holdingOf);
    return [
      arm,
      interval(held.map(({ entropy }) => entropy)),
      signedPercent(meanOf(held.map(({ offset }) => offset))),
      interval(held.map(({ meanError }) => meanError)),
      meanOf(held.map(({ deviation }) => deviation)).toFixed(3),
      meanOf(own.map(({ saturated }) => saturated)).toFixed(2),
      meanOf(own.map(({ gated }) => gated)).toFixed(2),
      meanOf(own.map(({ equalGroups }) => equalGroups)).toFixed(2),
      meanOf(own.map(({ seconds }) => seconds)).toFixed(0),
    ];
  });
  return markdownTable(["arm", "entropy", "offset", "mean abs e", "sd", "saturated", "gated", "equal groups", "seconds"], rows);
}

function scoreTable(settings: ArmsSettings, { runs, k }: ArmsFindings): string {
  const [baseline] = armNames(settings) as [string];
  const rows = armNames(settings).map((arm) => {
    const own = runsOf(runs, arm);
    const difference = (of: (run: ArmRun) => number): string =>
      arm === baseline ? "" : interval(pairedDifferences(runs, arm, baseline, of), { sign: true });
    return [
      arm,
      interval(own.map((run) => run.after.passAt1)),
      difference((run) => run.after.passAt1),
      interval(own.map((run) => run.after.greedy)),
      difference((run) => run.after.greedy),
      interval(own.map((run) => run.after.passAtK)),
      difference((run) => run.after.passAtK),
    ];
  });
  return markdownTable(["arm", "pass@1", "difference", "greedy", "difference", `pass@${k}`, "difference"], rows);
}

/** "0.412 ± 0.021": the mean and half of its 95 % interval. */
export function interval(values: readonly number[], { sign = false } = {}): string {
  const { mean, high } = meanInterval(values);
  const shown = `${sign && mean >= 0 ? "+" : ""}${mean.toFixed(3)}`;
  return values.length > 1 ? `${shown} ± ${(high - mean).toFixed(3)}` : shown;
}

export function signedPercent(share: number): string {
  return `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
}

function score(runs: readonly ArmRun[], of: (run: ArmRun) => number): string {
  return meanOf(runs.map(of)).toFixed(3);
}

function describe(section: Readonly<Record<string, unknown>>): string {
  return Object.entries(section)
    .map(([key, value]) => (key === "name" ? String(value) : `${key} ${String(value)}`))
    .join(", ");
}
