import type { Sampler } from "../../policy/sampler.ts";
import { mean } from "../../report/statistics.ts";
import type { Problem } from "../../tasks/task.ts";
import { isScored } from "../advantages/scores.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import { type FurtherMeasures, measureFurther } from "./further.ts";
import { type Measured, type Measuring, measure } from "./measure.ts";
import { type PassRates, passRates, standardError } from "./rates.ts";
import type { EverSolved } from "./solved.ts";
import { evaluateStrata, type StratumEvaluation } from "./strata.ts";

/** What to measure beside pass@1, pass@k of all completions, and entropy. */
export interface FurtherWishes {
  /** Further k of pass@k. */
  readonly ks?: readonly number[];
  /** Temperatures to measure at beside the sampler's own. */
  readonly temperatures?: readonly number[];
  /** Entropies, in nats, at whose temperatures to measure. */
  readonly entropies?: readonly number[];
}

export interface EvaluateOptions extends Measuring, FurtherWishes {
  readonly problems: readonly Problem[];
  readonly completions: number;
  readonly sampler: Sampler;
  /**
   * Draws from the whole softmax at any temperature, for greedy accuracy and further temperatures. Left out, neither is measured. `samples` is
   * the temperature of `sampler` where that one draws from the whole softmax too.
   */
  readonly whole?: { readonly sampler: Sampler; readonly samples?: number | undefined };
}

/** What an evaluation measures. pass@k is the unbiased estimate of Chen et al. 2021 (arXiv 2107.03374); a reward of 1 or more is a pass. */
export interface Evaluation {
  readonly passAt1: number;
  readonly passAtK: number;
  readonly k: number;
  /** pass@k for every k that was asked for, with standard errors over problems. */
  readonly passAt: PassRates;
  readonly greedy: number | undefined;
  /** Standard error of `greedy` over problems. */
  readonly greedyError: number | undefined;
  /** Mean reward of the sampled completions that have one; undefined where none has. One without a reward counts as wrong in pass@k. */
  readonly reward: number | undefined;
  /** Mean entropy of the sampled tokens, in nats. */
  readonly entropy: number;
  /** Different right answers among the completions of a problem, on average. */
  readonly distinct: number;
  readonly further: FurtherMeasures;
  /** What was measured on the problems of each tag. */
  readonly strata: readonly StratumEvaluation[];
  /** Whether the sampled completions solve each problem at least once. */
  readonly solved: readonly boolean[];
  /** What of all problems was solved in the run so far, where a trainer evaluates. */
  readonly everSolved?: EverSolved | undefined;
  readonly entries: readonly RolloutEntry[];
}

/**
 * Samples completions of problems, scores them, and measures pass@k, entropy, and what else is wished.
 * @throws NotFiniteError where the model's logits are not finite
 */
export async function evaluatePolicy(options: EvaluateOptions): Promise<Evaluation> {
  const { problems, completions, sampler, whole } = options;
  const ks = [1, completions, ...(options.ks ?? [])];
  const sampled = await measure(options, { sampler, problems, completions });
  const { entries, rewards, passed, right, entropy } = sampled;
  const greedy = whole && (await measure(options, { sampler: whole.sampler, problems, completions: 1, temperature: 0 }));
  const passAt = passRates(completions, right, ks);
  const greedySolved = greedy?.right;
  const scored = rewards.filter(isScored);
  return {
    passAt1: passAt.get(1)!.mean,
    passAtK: passAt.get(completions)!.mean,
    k: completions,
    passAt,
    greedy: greedySolved && greedySolved.filter((count) => count > 0).length / problems.length,
    greedyError: greedySolved && standardError(greedySolved),
    reward: scored.length > 0 ? mean(scored) : undefined,
    entropy,
    distinct: distinctRight(entries, passed, completions),
    further: await furtherMeasures(options, ks, sampled),
    strata: evaluateStrata(problems, { completions, ks, sampled, greedy }),
    solved: right.map((count) => count > 0),
    entries,
  };
}

function furtherMeasures(options: EvaluateOptions, ks: readonly number[], measured: Measured): Promise<FurtherMeasures> {
  const { whole, problems, completions, temperatures = [], entropies = [] } = options;
  if (!whole) return Promise.resolve({ atTemperatures: [], atEntropies: [], notes: [] });
  const sampled = whole.samples === undefined ? undefined : { temperature: whole.samples, measured };
  return measureFurther(options, { sampler: whole.sampler, problems, completions, ks, temperatures, entropies, sampled });
}

function distinctRight(entries: readonly RolloutEntry[], passed: readonly boolean[], completions: number): number {
  let total = 0;
  for (let begin = 0; begin < entries.length; begin += completions) {
    const group = entries.slice(begin, begin + completions);
    total += new Set(group.filter((_, i) => passed[begin + i]).map(({ text }) => text)).size;
  }
  return total / Math.max(1, entries.length / completions);
}
