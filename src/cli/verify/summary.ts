import { colors } from "../../report/colors.ts";
import { type Column, formatTable } from "../../report/table.ts";
import { isPassed, type Measure } from "../../testing/conformance/case.ts";
import type { CaseOutcome } from "../../testing/conformance/run.ts";

/** What came of a group. */
export interface GroupSummary {
  readonly group: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The result that comes closest to its tolerance, or goes farthest beyond it. */
  readonly worst: { readonly case: string; readonly measure: Measure } | undefined;
  readonly seconds: number;
}

export function summarize(outcomes: readonly CaseOutcome[]): GroupSummary[] {
  const groups = [...new Set(outcomes.map(({ group }) => group))];
  return groups.map((group) => {
    const own = outcomes.filter((one) => one.group === group);
    const count = (status: CaseOutcome["status"]): number => own.filter((one) => one.status === status).length;
    const measures = own.flatMap((one) => one.measures.map((measure) => ({ case: one.name, measure })));
    const worst = measures.reduce<GroupSummary["worst"]>(
      (most, one) => (most && share(most.measure) >= share(one.measure) ? most : one),
      undefined,
    );
    const milliseconds = own.reduce((sum, one) => sum + one.milliseconds, 0);
    return { group, passed: count("passed"), failed: count("failed"), skipped: count("skipped"), worst, seconds: milliseconds / 1000 };
  });
}

/** An error as a share of what is allowed. */
function share({ error, tolerance }: Measure): number {
  if (error === 0) return 0;
  return tolerance === 0 || Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / tolerance;
}

const COLUMNS: readonly Column[] = [
  { heading: "group" },
  ...["passed", "failed", "skipped"].map((heading) => ({ heading, align: "right" as const })),
  { heading: "largest error", align: "right" },
  { heading: "allowed", align: "right" },
  { heading: "s", align: "right" },
  { heading: "" },
];

/** A row a group. */
export function summaryTable(summaries: readonly GroupSummary[]): string {
  return formatTable(
    COLUMNS,
    summaries.map(({ group, passed, failed, skipped, worst, seconds }) => [
      group,
      String(passed),
      failed > 0 ? colors.red(String(failed)) : "0",
      String(skipped),
      worst ? formatError(worst.measure.error) : "-",
      worst ? formatError(worst.measure.tolerance) : "-",
      seconds.toFixed(1),
      failed > 0 ? colors.red("FAIL") : passed > 0 ? colors.green("pass") : "-",
    ]),
  );
}

/** A failed case in a line: what was wrong first. */
export function describeFailure({ group, name, measures, reason }: CaseOutcome): string {
  const wrong = measures.find((measure) => !isPassed(measure));
  const where = wrong?.wrong;
  const first = where ? `; first at [${where.at.join(", ")}]: ${where.actual} instead of ${where.expected}` : "";
  const what = wrong ? `${wrong.name} is off by ${formatError(wrong.error)} (allowed ${formatError(wrong.tolerance)})${first}` : reason;
  return `${group}/${name}: ${what}`;
}

/** Why cases were skipped, and how many for each reason. */
export function skippedReasons(outcomes: readonly CaseOutcome[]): string[] {
  const counts = new Map<string, number>();
  for (const { status, reason } of outcomes) if (status === "skipped") counts.set(reason!, (counts.get(reason!) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} skipped: ${reason}`);
}

export function formatError(error: number): string {
  return Number.isInteger(error) && error < 1e6 ? String(error) : error.toExponential(1);
}
