import { ConfigError } from "../../options/problems.js";
import { listed, quoted } from "../../options/quote.js";
/**
 * Makes the function that classes tokens: by `classOf`, by a column of the problems, or by position in the answer. It is undefined
 * without classes, and throws for a class that `entropy.classes` does not name.
 * @throws ConfigError where positions tell classes and the first class does not begin at position 0
 */
export function classifier(controller, classOf) {
    const { classes, classBy } = controller;
    if (!classes)
        return undefined;
    const names = classes.map(({ name }) => name);
    const indexOf = (name, source) => {
        const index = names.indexOf(String(name));
        if (index >= 0)
            return index;
        throw new ConfigError([`${source} gives the token class ${quoted(name)}; it must be one of ${listed(names)} (entropy.classes)`]);
    };
    if (classOf) {
        return ({ problem, completion: { ids } }) => Uint8Array.from(ids, (_, position) => indexOf(classOf({ problem, ids, position }), "the function classOf"));
    }
    if (classBy !== undefined && classBy !== "position") {
        const told = (problem) => `the problem ${quoted(problem.prompt)} in its column ${classBy}`;
        return ({ problem, completion: { ids } }) => new Uint8Array(ids.length).fill(indexOf(problem[classBy], told(problem)));
    }
    const begins = classes.map(({ from }) => from ?? Number.POSITIVE_INFINITY);
    if (begins[0] !== 0) {
        throw new ConfigError([
            "entropy.classes has no class from position 0; give each its from, or set entropy.classBy to a column, or give the trainer classOf",
        ]);
    }
    const at = (position) => begins.findLastIndex((from) => from <= position);
    return ({ completion: { ids } }) => Uint8Array.from(ids, (_, position) => at(position));
}
/** Looks up the class of every problem before training starts. @throws ConfigError for a class that `entropy.classes` does not name */
export function checkClasses(classify, problems) {
    for (const problem of problems)
        classify?.({ problem, completion: { ids: [] } });
}
/**
 * Mean entropy and number of the sampled tokens of each class, or of all tokens where the controller has no classes. Masked samples do not
 * count.
 */
export function measureSampled(entries, samples, controller) {
    const count = Math.max(1, controller.classes?.length ?? 0);
    const sums = new Float64Array(count);
    const tokens = new Float64Array(count);
    entries.forEach(({ completion }, i) => {
        const { classes, isMasked } = samples[i];
        if (isMasked)
            return;
        completion.entropies.forEach((entropy, position) => {
            const own = classes?.[position] ?? 0;
            sums[own] += entropy;
            tokens[own] += 1;
        });
    });
    return Array.from(sums, (sum, i) => ({ entropy: sum / Math.max(1, tokens[i]), tokens: tokens[i] }));
}
