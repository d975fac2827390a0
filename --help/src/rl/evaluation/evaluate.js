import { requireFiniteCompletions } from "../../policy/finite_completions.js";
import { isRight } from "../advantages/index.js";
import { rollout, sampledEntropy } from "../sampling/rollout.js";
import { rewardInput, scoresOf } from "../scoring/rewards.js";
import { meanPassAtK } from "./pass_at_k.js";
/** Sampling keys of evaluations lie above those of training, so that an evaluation never repeats a rollout's numbers. */
const EVALUATION_KEYS = 0x8000_0000;
/** Scores completions by one reward function. */
export function scoredBy(reward) {
    return (entries) => scoresOf(reward, rewardInput(entries, 0));
}
/**
 * Samples completions of problems, scores them, and measures pass@1, pass@k and entropy.
 * @throws NotFiniteError where the model's logits are not finite
 */
export async function evaluatePolicy(options) {
    const { model, problems, completions, seed, score } = options;
    const shared = { tokenizer: model.tokenizer, problems, seed, firstKey: EVALUATION_KEYS };
    const entries = await rollout({ ...shared, sampler: options.sampler, completions });
    requireFiniteCompletions(entries.map(({ completion }) => completion));
    const rewards = await score(entries);
    const passed = rewards.map(isRight);
    const right = problems.map((_, p) => passed.slice(p * completions, (p + 1) * completions).filter(Boolean).length);
    return {
        passAt1: meanPassAtK(completions, right, 1),
        passAtK: meanPassAtK(completions, right, completions),
        k: completions,
        greedy: options.greedy && (await greedyAccuracy(options, options.greedy)),
        reward: rewards.reduce((sum, reward) => sum + (reward ?? 0), 0) / rewards.length,
        entropy: sampledEntropy(entries),
        distinct: distinctRight(entries, passed, completions),
        entries,
    };
}
async function greedyAccuracy({ model, problems, seed, score }, sampler) {
    const entries = await rollout({ tokenizer: model.tokenizer, problems, seed, firstKey: EVALUATION_KEYS, sampler, completions: 1 });
    const rewards = await score(entries);
    return rewards.filter(isRight).length / rewards.length;
}
function distinctRight(entries, passed, completions) {
    let total = 0;
    for (let begin = 0; begin < entries.length; begin += completions) {
        const group = entries.slice(begin, begin + completions);
        total += new Set(group.filter((_, i) => passed[begin + i]).map(({ text }) => text)).size;
    }
    return total / Math.max(1, entries.length / completions);
}
