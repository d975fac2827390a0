import { ConfigError } from "../../options/problems.ts";
import type { Sampler } from "../../policy/sampler.ts";
import { longestPromptOf, type Run } from "../run.ts";
import { FULL_DISTRIBUTION, samplerFor } from "../sampling/sampler_for.ts";
import { scoreCompletions } from "../scoring/score_completions.ts";
import { type Evaluation, evaluatePolicy } from "./evaluate.ts";
import { recordSolved, type SolvedRecord } from "./solved.ts";

/** Evaluates the policy of a run on its held-out problems, sampled and greedy. */
export interface Evaluator {
  /** Evaluates after `step` steps of training. */
  evaluate(step: number): Promise<Evaluation>;
  /** Which problems the run has solved; evaluations note theirs. */
  readonly solved: SolvedRecord;
  destroy(): void;
}

/** `sampler` is that of the run's rollouts. Where topP or topK keep it from some tokens, evaluations have another one beside it. */
export async function createEvaluator(run: Run, sampler: Sampler): Promise<Evaluator> {
  const { device, model, config, stop } = run;
  const { prompts, completions, ks, temperatures, entropies } = config.eval;
  const { maxNewTokens, cacheStorage, temperature, topK, topP } = config.grpo;
  const isWhole = topK === FULL_DISTRIBUTION.topK && topP === FULL_DISTRIBUTION.topP;
  const own = isWhole
    ? undefined
    : await samplerFor({
        ...{ device, model, stop, maxNewTokens, cacheStorage },
        longestPrompt: longestPromptOf(run),
        completions: prompts,
        sequencesAtOnce: run.sequencesAtOnce,
        sampling: { temperature, ...FULL_DISTRIBUTION },
      });
  const whole = { sampler: own ?? sampler, samples: isWhole ? temperature : undefined };
  const score = scoreCompletions(run, maxNewTokens);
  const problems = run.evalProblems.slice(0, prompts);
  const solved = recordSolved(run.trainProblems, problems);
  return {
    solved,
    evaluate: async (step) => {
      if (problems.length === 0)
        throw new ConfigError(["the held-out problems are none; give evalProblems, or a task that holds some out"]);
      const evaluation = await evaluatePolicy({
        ...{ model, problems, completions, sampler, whole, ks, temperatures, entropies },
        seed: config.seed,
        score: async (entries) => (await score(entries, step)).rewards,
      });
      solved.evaluated(evaluation.solved);
      return { ...evaluation, everSolved: solved.shares() };
    },
    destroy: () => own?.destroy(),
  };
}
