import { hashText } from "../../../tasks/split.js";
/** Different answers of one prompt that the warm start sees. */
const WARM_ANSWERS = 512;
/**
 * Answer a character with a string of fixed length. Each place has a few good characters, which depend on the prompt; the more of them
 * an answer has, the likelier its reward, so there are `good ** length` best answers and none that is rewarded always or never.
 * `reward` is the chance of a reward itself. Both splits hold the same prompts: the task measures control, not generalisation.
 */
export function noisyStrings(options) {
    const { characters, prompts, length, lowest, highest, warmth } = options;
    const alphabet = "abcdefghijklmnopqrstuvwxyz".slice(0, characters);
    const problems = [...alphabet].slice(0, prompts).map((prompt) => ({ prompt }));
    const good = new Map(problems.map(({ prompt }) => [prompt, goodCharacters(prompt, [...alphabet], options)]));
    const chance = (prompt, answer) => {
        const places = good.get(prompt);
        const hits = [...answer].filter((character, place) => places[place]?.has(character)).length;
        return lowest + ((highest - lowest) * hits) / length;
    };
    const reward = (problem, completion) => chance(problem.prompt, completion);
    return {
        name: "noisy-strings",
        description: "Answer a character with a string; the better the string, the likelier the reward",
        alphabet,
        stop: "",
        maxPromptLength: 1,
        maxCompletionLength: length,
        problems: () => problems,
        solutions: ({ prompt }) => warmAnswers(prompt, good.get(prompt), alphabet, warmth),
        reward,
        noisyReward: (seed) => ({
            name: "noisy",
            reward: ({ prompts, completions, state }) => completions.map((completion, i) => (coin(seed, state.step, i) < chance(prompts[i], completion) ? 1 : 0)),
        }),
    };
}
function goodCharacters(prompt, alphabet, options) {
    return Array.from({ length: options.length }, (_, place) => {
        const rank = (character) => hashText(`${prompt} place ${place} ${character}`);
        return new Set([...alphabet].sort((a, b) => rank(a) - rank(b)).slice(0, options.good));
    });
}
/** Answers for supervised learning to imitate. Each character is a good one with chance `warmth`, else any. */
function warmAnswers(prompt, good, alphabet, warmth) {
    const seed = hashText(`answers of ${prompt}`);
    return Array.from({ length: WARM_ANSWERS }, (_, answer) => good
        .map((characters, place) => {
        const pool = coin(seed, answer, 2 * place) < warmth ? [...characters] : alphabet;
        return pool[Math.floor(coin(seed, answer, 2 * place + 1) * pool.length)];
    })
        .join(""));
}
/** A uniform number in [0, 1) of three counters: the same for the same counters, whatever was drawn before. */
export function coin(a, b, c) {
    let hash = 0x9e3779b9;
    for (const counter of [a, b, c]) {
        hash = Math.imul(hash ^ counter, 0x85ebca6b);
        hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
        hash ^= hash >>> 13;
    }
    return (hash >>> 0) / 2 ** 32;
}
