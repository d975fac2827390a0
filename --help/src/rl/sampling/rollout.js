/** Samples completions of problems: `completions` of the first problem, then of the second, and so on. */
export async function rollout(options) {
    const { tokenizer, completions } = options;
    const prompts = options.problems.flatMap((problem) => {
        const ids = tokenizer.encode(problem.prompt);
        return Array.from({ length: completions }, () => ({ problem, ids }));
    });
    const keyed = prompts.map(({ ids }, i) => ({ ids, key: (options.firstKey + i) >>> 0 }));
    const results = await options.sampler.generate(keyed, options.seed);
    return results.map((completion, i) => ({
        problem: prompts[i].problem,
        promptIds: prompts[i].ids,
        completion,
        text: tokenizer.decode(completion.ids, { specialTokens: true }),
    }));
}
/** Mean entropy over all sampled tokens, in nats. */
export function sampledEntropy(entries) {
    let sum = 0;
    let count = 0;
    for (const { completion } of entries) {
        for (const entropy of completion.entropies)
            sum += entropy;
        count += completion.entropies.length;
    }
    return sum / Math.max(1, count);
}
