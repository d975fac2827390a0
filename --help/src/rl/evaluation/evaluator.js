import { longestPromptOf } from "../run.js";
import { FULL_DISTRIBUTION, samplerFor } from "../sampling/sampler_for.js";
import { combineRewards, rewardInput } from "../scoring/rewards.js";
import { evaluatePolicy } from "./evaluate.js";
export async function createEvaluator(run, sampler) {
    const { device, model, config, stop } = run;
    const { prompts, completions } = config.eval;
    const { maxNewTokens } = config.grpo;
    const greedy = await samplerFor({
        ...{ device, model, stop, maxNewTokens },
        longestPrompt: longestPromptOf(run),
        completions: prompts,
        sequencesAtOnce: run.sequencesAtOnce,
        sampling: { temperature: 0, ...FULL_DISTRIBUTION },
    });
    const rewards = combineRewards(run.rewards);
    const problems = run.evalProblems.slice(0, prompts);
    return {
        evaluate: (step) => evaluatePolicy({
            ...{ model, problems, completions, sampler, greedy },
            seed: config.seed,
            score: async (entries) => (await rewards(rewardInput(entries, step))).rewards,
        }),
        destroy: () => greedy.destroy(),
    };
}
