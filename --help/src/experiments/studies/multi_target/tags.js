import { drawLineGrid } from "../../../report/figure.js";
import { mean } from "../../../report/statistics.js";
import { heldByAll } from "../../framework/arms/claims.js";
import { HELD, holdingOf, runsOf } from "../../framework/arms/holding.js";
import { curve } from "../../framework/arms/pictures.js";
import { armNames } from "../../framework/arms/settings.js";
import { markdownTable } from "../../framework/markdown.js";
import { interval, signedPercent } from "../../framework/numbers.js";
import { seedsInWords } from "../../framework/seeds.js";
import { notJudged, weighAll } from "../../framework/verdict.js";
const KIND = "arm with a target for each task";
/** The targets of the tags, from the first arm that has a target for each. A target that a run finds for itself is left out. */
function tagTargets({ arms }) {
    const sections = Object.values(arms);
    const classes = sections.find(({ entropy }) => entropy?.classes)?.entropy?.classes ?? [];
    return classes.filter(({ target }) => typeof target === "number");
}
function holdings({ runs }, arm, { name, target }) {
    return runsOf(runs, arm).map((run) => holdingOf({ entropy: seriesOf(run, name), target }));
}
function seriesOf(run, tag) {
    return run.tags?.[tag] ?? [];
}
export function holdsEveryTag(settings, arm) {
    const tags = tagTargets(settings);
    const claimOf = (tag, target) => `${arm}: ${tag} is held within 10 % of its own target${target} over the last half of training, with every seed`;
    if (tags.length === 0)
        return [{ claim: claimOf("every task", ""), arms: [arm], weigh: () => notJudged(`these settings have no ${KIND}`) }];
    return tags.map((tag) => ({
        claim: claimOf(tag.name, ` ${tag.target}`),
        arms: [arm],
        weigh: (findings) => heldByAll(holdings(findings, arm, tag).map(({ offset }) => offset)),
    }));
}
export function missesATag(settings, arm) {
    return {
        claim: `${arm} misses at least one of the two targets by more than 10 %`,
        arms: [arm],
        weigh: (findings) => weighAll(tagTargets(settings), KIND, (tags) => {
            const offsets = tags.map((tag) => mean(holdings(findings, arm, tag).map(({ offset }) => offset)));
            return {
                measured: tags.map(({ name }, i) => `${name} ${signedPercent(offsets[i])}`).join(", "),
                passed: offsets.some((offset) => Math.abs(offset) > HELD),
            };
        }),
    };
}
/** A table of the entropy of each tag under each arm. It is left out where no arm has targets for the tags. */
export function tagSections(settings, findings) {
    const tags = tagTargets(settings);
    if (tags.length === 0)
        return [];
    const rows = armNames(settings).flatMap((arm) => tags.map((tag) => {
        const found = holdings(findings, arm, tag);
        const entropy = interval(found.map((held) => held.entropy));
        const offset = signedPercent(mean(found.map((held) => held.offset)));
        return [arm, tag.name, String(tag.target), entropy, offset, interval(found.map(({ meanError }) => meanError))];
    }));
    const text = "The table has the entropy of each task's sampled tokens over the last half of training, against the target of the task's own.";
    const table = markdownTable(["arm", "task", "its target", "entropy", "offset", "mean abs e"], rows);
    return ["## Task by task", text, table, "![Entropy of each task](tags.svg)"];
}
/** The entropy of each tag over the steps, with the tag's own target. */
export async function tagPictures(settings, findings) {
    const tags = tagTargets(settings);
    if (tags.length === 0)
        return [];
    const arms = armNames(settings);
    const entropyOf = (arm, tag) => curve(arm, runsOf(findings.runs, arm).map((run) => seriesOf(run, tag)));
    const figures = tags.map(({ name, target }) => ({
        title: `Entropy of ${name}`,
        x: { title: "training steps" },
        y: { title: "nats per token" },
        series: arms.map((arm) => entropyOf(arm, name)),
        rules: [{ y: target, label: `target of ${name} ${target}` }],
        names: arms,
    }));
    const subtitle = `moving mean of 9 steps; mean and 95 % interval over ${seedsInWords(settings)}`;
    return [{ name: "tags", svg: await drawLineGrid({ title: "Two tasks in one run", subtitle, figures }) }];
}
