import type { Sampler } from "../../policy/sampler.ts";
import { longestPromptOf, type Run } from "../run.ts";
import { overlongReward } from "../scoring/overlong.ts";
import { scoreCompletions } from "../scoring/score_completions.ts";
import { type Sampled, type ScoredRollout, sampleStep } from "./dynamic_sampling.ts";
import type { SequenceKeys } from "./keys.ts";
import { rollout } from "./rollout.ts";
import { samplerFor } from "./sampler_for.ts";

/** Samples the completions of a step and rewards them. */
export interface StepSampler {
  /** The sampler itself, which evaluations use too. */
  readonly sampler: Sampler;
  sample(step: number): Promise<SampledStep>;
  destroy(): void;
}

/** `milliseconds` is the time of sampling without that of the rewards. */
export type SampledStep = Sampled & { readonly milliseconds: number };

export async function createStepSampler(run: Run): Promise<StepSampler> {
  const { device, model, config, stop } = run;
  const { grpo, seed } = config;
  const { prompts, completions, advantage, advantageK, maskTruncated, maxNewTokens, overlongBuffer: buffer } = grpo;
  const sampler = await samplerFor({
    ...{ device, model, stop, maxNewTokens },
    longestPrompt: longestPromptOf(run),
    completions: prompts * completions,
    perPrompt: completions,
    sequencesAtOnce: run.sequencesAtOnce,
    sampling: grpo,
    cacheStorage: grpo.cacheStorage,
  });
  const score = scoreCompletions(run, maxNewTokens, {
    advantage,
    ...(buffer > 0 && { punishment: overlongReward({ longest: maxNewTokens, buffer }) }),
  });
  let milliseconds = 0;
  const scoredRollout = async (problems: Run["trainProblems"], keys: SequenceKeys, step: number): Promise<ScoredRollout> => {
    const { tokenizer } = model;
    const started = performance.now();
    const entries = await rollout({ sampler, tokenizer, problems, completions, seed, keys });
    milliseconds += performance.now() - started;
    return { entries, scores: await score(entries, step) };
  };
  return {
    sampler,
    sample: async (step) => {
      milliseconds = 0;
      const sampled = await sampleStep({
        ...{ seed, step, prompts, completions, advantage, advantageK, maskTruncated },
        problems: run.trainProblems,
        extraRounds: grpo.dynamicSampling,
        rollout: (problems, keys) => scoredRollout(problems, keys, step),
      });
      return { ...sampled, milliseconds };
    },
    destroy: () => sampler.destroy(),
  };
}
