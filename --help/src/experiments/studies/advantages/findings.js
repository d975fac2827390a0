import { armsFindings } from "../../framework/arms/findings.js";
import { fiveDigits } from "../../framework/numbers.js";
import { distributionName } from "./cells.js";
import { distributionOf } from "./distribution.js";
import { armsOf } from "./settings.js";
export function advantagesFindings(settings, results) {
    const { tasks, functions } = settings.distributions;
    const distributions = Object.keys(tasks).flatMap((task) => {
        const { observations, config } = results.get(distributionName(task));
        const rewards = observations;
        return functions.map((advantage) => {
            const distribution = distributionOf(advantage, rewards, config.grpo.completions);
            return { task, advantage, completions: rewards.flat().length, ...rounded(distribution) };
        });
    });
    return { distributions, arms: armsFindings(armsOf(settings), results) };
}
function rounded({ histogram, modes, ...numbers }) {
    const rest = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, fiveDigits(value)]));
    return { ...rest, modes, histogram: { ...histogram, shares: histogram.shares.map(fiveDigits) } };
}
