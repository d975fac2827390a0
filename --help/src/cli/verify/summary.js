import pc from "picocolors";
import { formatTable } from "../../report/table.js";
import { isPassed } from "../../testing/conformance/case.js";
export function summarize(outcomes) {
    const groups = [...new Set(outcomes.map(({ group }) => group))];
    return groups.map((group) => {
        const own = outcomes.filter((one) => one.group === group);
        const count = (status) => own.filter((one) => one.status === status).length;
        const measures = own.flatMap((one) => one.measures.map((measure) => ({ case: one.name, measure })));
        const worst = measures.reduce((most, one) => (most && share(most.measure) >= share(one.measure) ? most : one), undefined);
        const milliseconds = own.reduce((sum, one) => sum + one.milliseconds, 0);
        return { group, passed: count("passed"), failed: count("failed"), skipped: count("skipped"), worst, seconds: milliseconds / 1000 };
    });
}
/** An error as a share of what is allowed. */
function share({ error, tolerance }) {
    if (error === 0)
        return 0;
    return tolerance === 0 || Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / tolerance;
}
const COLUMNS = [
    { heading: "group" },
    ...["passed", "failed", "skipped"].map((heading) => ({ heading, align: "right" })),
    { heading: "largest error", align: "right" },
    { heading: "allowed", align: "right" },
    { heading: "s", align: "right" },
    { heading: "" },
];
/** A row a group. */
export function summaryTable(summaries) {
    return formatTable(COLUMNS, summaries.map(({ group, passed, failed, skipped, worst, seconds }) => [
        group,
        String(passed),
        failed > 0 ? pc.red(String(failed)) : "0",
        String(skipped),
        worst ? formatError(worst.measure.error) : "-",
        worst ? formatError(worst.measure.tolerance) : "-",
        seconds.toFixed(1),
        failed > 0 ? pc.red("FAIL") : passed > 0 ? pc.green("pass") : "-",
    ]));
}
/** A failed case in a line: what was wrong first. */
export function describeFailure({ group, name, measures, reason }) {
    const wrong = measures.find((measure) => !isPassed(measure));
    const where = wrong?.wrong;
    const first = where ? `; first at [${where.at.join(", ")}]: ${where.actual} instead of ${where.expected}` : "";
    const what = wrong ? `${wrong.name} is off by ${formatError(wrong.error)} (allowed ${formatError(wrong.tolerance)})${first}` : reason;
    return `${group}/${name}: ${what}`;
}
/** Why cases were skipped, and how many for each reason. */
export function skippedReasons(outcomes) {
    const counts = new Map();
    for (const { status, reason } of outcomes)
        if (status === "skipped")
            counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].map(([reason, count]) => `${count} skipped: ${reason}`);
}
export function formatError(error) {
    return Number.isInteger(error) && error < 1e6 ? String(error) : error.toExponential(1);
}
