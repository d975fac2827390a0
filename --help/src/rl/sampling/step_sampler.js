import { longestPromptOf } from "../run.js";
import { overlongReward } from "../scoring/overlong.js";
import { combineRewards, rewardInput } from "../scoring/rewards.js";
import { sampleStep } from "./dynamic_sampling.js";
import { rollout } from "./rollout.js";
import { samplerFor } from "./sampler_for.js";
export async function createStepSampler(run) {
    const { device, model, config, stop } = run;
    const { grpo, seed } = config;
    const { prompts, completions, maxNewTokens, overlongBuffer: buffer } = grpo;
    const sampler = await samplerFor({
        ...{ device, model, stop, maxNewTokens },
        longestPrompt: longestPromptOf(run),
        completions: prompts * completions,
        sequencesAtOnce: run.sequencesAtOnce,
        sampling: grpo,
    });
    const score = combineRewards(buffer > 0 ? [...run.rewards, overlongReward({ longest: maxNewTokens, buffer })] : run.rewards);
    let milliseconds = 0;
    const scoredRollout = async (problems, firstKey, step) => {
        const { tokenizer } = model;
        const started = performance.now();
        const entries = await rollout({ sampler, tokenizer, problems, completions, seed, firstKey });
        milliseconds += performance.now() - started;
        return { entries, scores: await score(rewardInput(entries, step)) };
    };
    return {
        sampler,
        sample: async (step) => {
            milliseconds = 0;
            const sampled = await sampleStep({
                ...{ seed, step, prompts, completions },
                problems: run.trainProblems,
                extraRounds: grpo.dynamicSampling,
                rollout: (problems, firstKey) => scoredRollout(problems, firstKey, step),
            });
            return { ...sampled, milliseconds };
        },
        destroy: () => sampler.destroy(),
    };
}
