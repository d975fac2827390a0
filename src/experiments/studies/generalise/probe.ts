import { stopTexts } from "../../../data/stops.ts";
import { build } from "../../../gpu/parts.ts";
import { createScorer, type Scorer } from "../../../policy/score.ts";
import { mean } from "../../../report/statistics.ts";
import { isRight } from "../../../rl/advantages/index.ts";
import { microBatches, packBatch, toSamples, totalsOf } from "../../../rl/learning/micro_batches.ts";
import { keysOf } from "../../../rl/sampling/keys.ts";
import { type RolloutEntry, rollout } from "../../../rl/sampling/rollout.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../../../rl/sampling/sampler_for.ts";
import { rewardInput, scoresOf, taskReward } from "../../../rl/scoring/rewards.ts";
import type { Probe, ProbeOptions } from "../../framework/cell.ts";
import { accuracyOf, calibrationError, meanProbability } from "./calibration.ts";
import { driftOf, weightsOf } from "./weights.ts";

/** Held-out problems that the probe samples, and answers to each, beside one greedy answer. */
const PROBLEMS = 256;
const COMPLETIONS = 4;
const ROWS = 4096;

/**
 * What may explain why a policy generalises: how far it has moved from its start in answers (KL divergence) and in weights, by layer; the effective
 * rank of the change; and how well the probability of its greedy answer says whether that answer is right.
 */
export async function generalisationProbe({ device, model, start, task, config }: ProbeOptions): Promise<Probe> {
  const problems = task.problems("eval").slice(0, PROBLEMS);
  const { maxNewTokens, temperature } = config.grpo;
  const before = await weightsOf(start);
  const shared = { device, model, stop: stopTexts(task.stop), maxNewTokens, longestPrompt: longestPrompt(model, problems) };
  const reward = taskReward(task);
  return build(async (own) => {
    const sampler = own(
      await samplerFor({
        ...{ ...shared, completions: problems.length * COMPLETIONS, perPrompt: COMPLETIONS },
        sampling: { temperature, ...FULL_DISTRIBUTION },
      }),
    );
    const greedy = own(await samplerFor({ ...shared, completions: problems.length, sampling: { temperature: 0, ...FULL_DISTRIBUTION } }));
    const scorerOf = async (policy: typeof model, at: number): Promise<Scorer> =>
      own(await createScorer({ device, model: policy.module, rows: ROWS, temperature: at }));
    const [ofStart, ofPolicy] = [await scorerOf(start, temperature), await scorerOf(model, 1)];
    const draw = (from: typeof sampler, completions: number): Promise<RolloutEntry[]> =>
      rollout({
        tokenizer: model.tokenizer,
        problems,
        seed: config.seed,
        keys: keysOf("probe", 0, problems.length * completions),
        sampler: from,
        completions,
      });
    const measure = async (): Promise<Record<string, number>> => {
      const [sampled, best] = [await draw(sampler, COMPLETIONS), await draw(greedy, 1)];
      const rewards = await scoresOf(reward, rewardInput(best, 0));
      const logprobs = await logprobsOf(ofPolicy, best);
      const answers = logprobs.map((own, i) => ({ probability: Math.exp(own.reduce((a, b) => a + b, 0)), isRight: isRight(rewards[i]!) }));
      const { relative, byLayer, rank } = driftOf(before, await weightsOf(model));
      return {
        "probe/kl": divergence(sampled, await logprobsOf(ofStart, sampled)),
        "probe/drift": relative,
        ...Object.fromEntries(Object.entries(byLayer).map(([layer, value]) => [`probe/drift/${layer}`, value])),
        "probe/rank": rank,
        "probe/confidence": meanProbability(answers),
        "probe/accuracy": accuracyOf(answers),
        "probe/calibration_error": calibrationError(answers),
      };
    };
    return { measure };
  });
}

/** The log-probabilities that a policy gives the tokens of each completion, in nats. */
async function logprobsOf(scorer: Scorer, entries: readonly RolloutEntry[]): Promise<number[][]> {
  const samples = toSamples(entries, new Float64Array(entries.length), { classes: undefined, maskTruncated: false });
  const scored: number[][] = [];
  for (const group of microBatches(samples, ROWS)) {
    const batch = packBatch(group, totalsOf(group), { aggregate: "token-mean", maxLength: 1 });
    const { logprobs } = await scorer.score(batch);
    group.forEach(({ completionIds }, i) => {
      scored.push([...logprobs.slice(batch.responses[i]!, batch.responses[i]! + completionIds.length)]);
    });
  }
  return scored;
}

/**
 * The KL divergence of the policy from its start, per sampled token, by the estimate that is never negative (k3 of Schulman 2020): with
 * r = p_start / p_policy the mean of r - 1 - log r.
 */
function divergence(entries: readonly RolloutEntry[], ofStart: readonly (readonly number[])[]): number {
  return mean(
    entries.flatMap(({ completion }, i) =>
      [...completion.logprobs].map((logp, token) => {
        const difference = ofStart[i]![token]! - logp;
        return Math.exp(difference) - 1 - difference;
      }),
    ),
  );
}
