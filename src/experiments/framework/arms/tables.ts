import { deviation, mean } from "../../../report/statistics.ts";
import { markdownTable } from "../markdown.ts";
import { interval, probability, signedPercent } from "../numbers.ts";
import { differenceInWords, holm, isWhole, pairedTest } from "../paired.ts";
import type { ArmRun, ArmsFindings, Score } from "./findings.ts";
import { holdingOf, pairedDifferences, runsOf } from "./holding.ts";

/** A line for each arm: how it held entropy. */
export function entropyTable(arms: readonly string[], { runs }: ArmsFindings): string {
  const rows = arms.map((arm) => {
    const own = runsOf(runs, arm);
    const held = own.map(holdingOf);
    return [
      arm,
      interval(held.map(({ entropy }) => entropy)),
      signedPercent(mean(held.map(({ offset }) => offset))),
      interval(held.map(({ meanError }) => meanError)),
      mean(held.map(({ deviation }) => deviation)).toFixed(3),
      between(held.map(({ entropy }) => entropy)),
      interval(
        held.map(({ drift }) => drift),
        { sign: true },
      ),
      mean(own.map(({ saturated }) => saturated)).toFixed(2),
      mean(own.map(({ gated }) => gated)).toFixed(2),
      mean(own.map(({ equalGroups }) => equalGroups)).toFixed(2),
      mean(own.map(({ seconds }) => seconds)).toFixed(0),
    ];
  });
  const headings = [
    "arm",
    "entropy",
    "offset",
    "mean abs e",
    "sd",
    "sd of seeds",
    "drift",
    "saturated",
    "gated",
    "equal groups",
    "seconds",
  ];
  return markdownTable(headings, rows);
}

/** Standard deviation over seeds. */
function between(values: readonly number[]): string {
  return values.length < 2 ? "" : deviation(values).toFixed(3);
}

/** A line for each arm: its score on held-out problems after training, and the difference from the first arm. */
export function scoreTable(arms: readonly string[], { runs, k }: ArmsFindings, scoreOf = (run: ArmRun): Score => run.after): string {
  const [baseline] = arms as [string];
  const measures: readonly ((run: ArmRun) => number)[] = [
    (run) => scoreOf(run).passAt1,
    (run) => scoreOf(run).greedy,
    (run) => scoreOf(run).passAtK,
    ...(countsDistinct(runs) ? [(run: ArmRun) => scoreOf(run).distinct ?? 0] : []),
  ];
  const rows = arms.map((arm) => [
    arm,
    ...measures.flatMap((of) => [
      interval(runsOf(runs, arm).map(of)),
      arm === baseline ? "" : interval(pairedDifferences(runs, arm, baseline, of), { sign: true }),
    ]),
  ]);
  const headings = ["pass@1", "greedy", `pass@${k}`, "distinct"].slice(0, measures.length).flatMap((name) => [name, "difference"]);
  return markdownTable(["arm", ...headings], rows);
}

/** Whether all runs counted different right answers. */
export function countsDistinct(runs: readonly ArmRun[]): boolean {
  return runs.every(({ before, after }) => before.distinct !== null && after.distinct !== null);
}

/** A line for each arm: pass@1 and pass@k on other tasks after training. The first line has those before it. */
export function elsewhereTable(arms: readonly string[], { runs, k }: ArmsFindings): string {
  const names = Object.keys(runs[0]!.elsewhere);
  const shown = (own: readonly ArmRun[], name: string, when: "before" | "after"): string[] => [
    mean(own.map((run) => run.elsewhere[name]![when].passAt1)).toFixed(3),
    mean(own.map((run) => run.elsewhere[name]![when].passAtK)).toFixed(3),
  ];
  const rows = [
    ["before training", ...names.flatMap((name) => shown(runs, name, "before"))],
    ...arms.map((arm) => [arm, ...names.flatMap((name) => shown(runsOf(runs, arm), name, "after"))]),
  ];
  return markdownTable(["arm", ...names.flatMap((name) => [`${name}: pass@1`, `pass@${k}`])], rows);
}

/**
 * Tests of whether each arm differs from the first by more than chance, corrected over the arms. They need two seeds or more. A measure that
 * an arm lacks, such as the distance from a target that it does not have, has no line.
 */
export function significanceTable(arms: readonly string[], { runs, k }: ArmsFindings): string {
  const [baseline, ...others] = arms as [string, ...string[]];
  const measures: readonly [string, (run: ArmRun) => number][] = [
    ["mean abs e", (run) => holdingOf(run).meanError],
    ["sd", (run) => holdingOf(run).deviation],
    ["pass@1", (run) => run.after.passAt1],
    [`pass@${k}`, (run) => run.after.passAtK],
  ];
  const tested = measures.map(([name, of]) => {
    const tests = others.map((arm) => pairedTest(pairedDifferences(runs, arm, baseline, of)));
    return { name, tests, corrected: holm(tests.map(({ p }) => p)) };
  });
  const rows = others.flatMap((arm, i) =>
    tested
      .filter(({ tests }) => isWhole(tests[i]!))
      .map(({ name, tests, corrected }) => [arm, name, differenceInWords(tests[i]!), probability(tests[i]!.p), probability(corrected[i]!)]),
  );
  return markdownTable(["arm", "measure", "difference (95 %)", "p", "p (Holm)"], rows);
}

/** In how many runs of each arm each diagnosis was made. The text is empty where there was none. */
export function diagnosisTable(arms: readonly string[], { runs }: ArmsFindings): string {
  const names = [...new Set(runs.flatMap(({ diagnoses = [] }) => diagnoses))].sort();
  if (names.length === 0) return "";
  const rows = arms.map((arm) => {
    const own = runsOf(runs, arm);
    return [arm, ...names.map((name) => `${own.filter(({ diagnoses = [] }) => diagnoses.includes(name)).length} of ${own.length}`)];
  });
  return markdownTable(["arm", ...names], rows);
}
