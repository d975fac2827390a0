import { mean } from "../../../report/statistics.js";
import { ofGroup } from "../../framework/arms/findings.js";
import { runsOf } from "../../framework/arms/holding.js";
import { armNames, groupNames } from "../../framework/arms/settings.js";
import { markdownTable } from "../../framework/markdown.js";
import { interval } from "../../framework/numbers.js";
/** For each group the best target by each measure, beside the first arm (plain GRPO, which has no target). */
export function bestTargetSection(settings, findings) {
    const [baseline, ...targets] = armNames(settings);
    if (targets.length === 0)
        return [];
    const rows = groupNames(settings).flatMap((group) => {
        const { runs } = ofGroup(findings, group);
        return measuresOf(runs, findings.k).map(([name, of]) => {
            const values = (arm) => runsOf(runs, arm).map(of);
            const best = targets.reduce((first, arm) => (mean(values(arm)) > mean(values(first)) ? arm : first));
            return [group, name, best, interval(values(best)), interval(values(baseline))];
        });
    });
    const text = `The table has the target with the highest mean over seeds for each measure. Neighbouring targets often lie within each other's intervals
(see the tables below), so it shows a direction and no ranking.`;
    return ["## The best target", text, markdownTable(["task", "measure", "best", "there", baseline], rows)];
}
function measuresOf(runs, k) {
    const measures = [
        ["pass@1, sampled", (run) => run.after.passAt1],
        ["pass@1, greedy", (run) => run.after.greedy],
        [`pass@${k}`, (run) => run.after.passAtK],
        ["distinct right answers", (run) => run.after.distinct ?? 0],
    ];
    const harder = Object.keys(runs[0].elsewhere).find((name) => name.startsWith("harder"));
    if (harder === undefined)
        return measures;
    const there = (run) => run.elsewhere[harder].after;
    return [
        ...measures,
        ["pass@1 on harder problems", (run) => there(run).passAt1],
        [`pass@${k} on harder problems`, (run) => there(run).passAtK],
    ];
}
