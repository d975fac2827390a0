import type { Sampler } from "../../policy/sampler.ts";
import { longestPromptOf, type Run } from "../run.ts";
import { FULL_DISTRIBUTION, samplerFor } from "../sampling/sampler_for.ts";
import { endOfCompletions } from "../scoring/end_of_completions.ts";
import { combineRewards, reportFailures, rewardInput } from "../scoring/rewards.ts";
import { type Evaluation, evaluatePolicy } from "./evaluate.ts";

/** Evaluates the policy of a run on its held-out problems, sampled and greedy. */
export interface Evaluator {
  /** Evaluates after `step` steps of training. */
  evaluate(step: number): Promise<Evaluation>;
  destroy(): void;
}

export async function createEvaluator(run: Run, sampler: Sampler): Promise<Evaluator> {
  const { device, model, config, stop } = run;
  const { prompts, completions } = config.eval;
  const { maxNewTokens, cacheStorage } = config.grpo;
  const greedy = await samplerFor({
    ...{ device, model, stop, maxNewTokens, cacheStorage },
    longestPrompt: longestPromptOf(run),
    completions: prompts,
    sequencesAtOnce: run.sequencesAtOnce,
    sampling: { temperature: 0, ...FULL_DISTRIBUTION },
  });
  const rewards = combineRewards(run.rewards);
  const ends = endOfCompletions(model, { stop, maxNewTokens });
  const problems = run.evalProblems.slice(0, prompts);
  return {
    evaluate: (step) =>
      evaluatePolicy({
        ...{ model, problems, completions, sampler, greedy },
        seed: config.seed,
        score: async (entries) => {
          const scores = await rewards(rewardInput(entries, step, ends));
          reportFailures(run, scores);
          return scores.rewards;
        },
      }),
    destroy: () => greedy.destroy(),
  };
}
