import { ConfigError, refusal } from "../../options/problems.js";
import { createSampler } from "../../policy/sampler.js";
/** The most sequences sampled at once where memory does not bound them: more hardly run faster together. */
export const MOST_SEQUENCES = 512;
/** Sampling options that leave every token as probable as the policy makes it. */
export const FULL_DISTRIBUTION = { topK: 0, topP: 1 };
/**
 * A sampler with room for any of the prompts that were measured.
 * @throws ConfigError when the text that ends a completion is more than one token of the model
 */
export function samplerFor({ device, model, longestPrompt: longest, stop, sampling, ...options }) {
    const sequences = Math.min(options.sequencesAtOnce ?? MOST_SEQUENCES, options.completions);
    return createSampler({
        device,
        model: model.module,
        sequences,
        promptRows: sequences * longest,
        maxLength: longest + options.maxNewTokens,
        maxNewTokens: options.maxNewTokens,
        sampling,
        stopTokens: stopTokens(model, stop),
    });
}
const lengths = new WeakMap();
/** Tokens of the longest prompt of some problems; at least 1. It is remembered, because many parts of a run ask for it. */
export function longestPrompt({ tokenizer }, problems) {
    const known = lengths.get(tokenizer) ?? new WeakMap();
    lengths.set(tokenizer, known);
    const longest = known.get(problems) ?? problems.reduce((most, { prompt }) => Math.max(most, tokenizer.encode(prompt).length), 1);
    known.set(problems, longest);
    return longest;
}
function stopTokens({ tokenizer }, stop) {
    const ids = tokenizer.encode(stop, { specialTokens: false });
    if (ids.length > 1)
        throw new ConfigError([`${refusal("stop", stop, "one token of the model's tokenizer")}, not ${ids.length}`]);
    return ids;
}
