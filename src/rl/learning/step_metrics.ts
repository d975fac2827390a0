import type { Controller } from "../../control/index.ts";
import type { PolicyLoss } from "../../loss/index.ts";
import { type PolicyUpdate, tokenMean } from "../../policy/update.ts";
import type { Metrics } from "../../report/metrics.ts";
import { rewardStatistics } from "../advantages/index.ts";
import type { TrainConfig } from "../config/index.ts";
import type { ScoredRollout } from "../sampling/dynamic_sampling.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import type { SamplerGap } from "../scoring/importance.ts";
import { rewardMetrics } from "../scoring/rewards.ts";

type UpdateResult = Awaited<ReturnType<PolicyUpdate["step"]>>;

export interface StepRecord {
  readonly step: number;
  readonly tokens: number;
  /** The completions that were learned from. */
  readonly entries: readonly RolloutEntry[];
  /** All that were sampled: rewards and lengths are those of the policy, not of a selection. */
  readonly all: ScoredRollout;
  readonly rounds: number;
  readonly keptFraction: number;
  readonly updates: readonly UpdateResult[];
  /** Known where the completions were scored again, which makes the trainer's log-probabilities the old ones. */
  readonly gap?: SamplerGap | undefined;
  /** Milliseconds. */
  readonly times: { readonly sampling: number; readonly update: number; readonly total: number };
  readonly config: Pick<TrainConfig, "grpo">;
  readonly controller: Controller;
  readonly loss: PolicyLoss;
}

/** One line of metrics.jsonl. Losses and norms are means over the updates of the rollout; the controller's state is the last. */
export function stepMetrics(record: StepRecord): Metrics {
  const { updates, config, times, all } = record;
  const last = updates.at(-1)!;
  const lengths = all.entries.map(({ completion }) => completion.ids.length);
  const sampledTokens = lengths.reduce((a, b) => a + b, 0);
  const trainedTokens =
    record.entries.reduce((sum, { promptIds, completion }) => sum + promptIds.length + completion.ids.length, 0) * updates.length;
  return {
    step: record.step,
    loss: meanOf(updates, ({ loss }) => loss),
    grad_norm: meanOf(updates, ({ gradNorm }) => gradNorm),
    learning_rate: config.grpo.learningRate,
    ...rewardStatistics(all.scores.rewards, config.grpo.completions),
    ...rewardMetrics(all.scores),
    ...tagMetrics(all),
    // The entropy of the policy that sampled: before the rollout's first update.
    entropy: updates[0]!.entropy,
    kl: meanOf(updates, ({ metrics }) => tokenMean(metrics, "kl")),
    ...clipMetrics(updates),
    ...(record.loss.selects && { [record.loss.selects]: meanOf(updates, ({ selected }) => selected) }),
    ...lengthMetrics(all.entries, lengths),
    num_tokens: record.tokens,
    ...(config.grpo.dynamicSampling > 0 && roundMetrics(record)),
    ...samplingMetrics(record.gap ?? gapOf(updates[0]!)),
    "entropic/alpha": last.control.alpha,
    "entropic/error": last.control.error,
    "entropic/integral": last.control.integral,
    "entropic/target": last.control.target,
    "entropic/gated_fraction": meanOf(updates, ({ metrics }) => tokenMean(metrics, "gated_fraction")),
    "entropic/saturated": last.control.saturated,
    ...controllerMetrics(last, record.controller),
    step_time: times.total / 1000,
    "sampling/tokens_per_second": (sampledTokens / times.sampling) * 1000,
    "training/tokens_per_second": (trainedTokens / times.update) * 1000,
  };
}

/** What this controller has beside alpha: other fields that it sets, its gains where they move, and one set of numbers a class. */
function controllerMetrics({ control, loops }: UpdateResult, { reports = [], classes = [] }: Controller): Partial<Metrics> {
  const metrics: Partial<Metrics> = Object.fromEntries(reports.map((field) => [`entropic/${field}`, control[field]]));
  const [only] = loops;
  if (loops.length === 1 && only) {
    return { ...metrics, "entropic/kp": only.kp, "entropic/ki": only.ki, "entropic/authority": only.authority };
  }
  classes.forEach(({ name }, i) => {
    for (const field of CLASS_FIELDS) metrics[`entropic/${field}/${name}`] = loops[i]![field];
  });
  return metrics;
}

const CLASS_FIELDS = ["entropy", "alpha", "error", "integral", "target", "saturated", "kp", "ki", "authority"] as const;

function clipMetrics(updates: readonly UpdateResult[]): Partial<Metrics> {
  const all = updates.flatMap(({ metrics }) => metrics);
  return {
    "clip_ratio/low_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_low")),
    "clip_ratio/low_min": Math.min(...all.map(({ clip_low }) => clip_low)),
    "clip_ratio/high_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_high")),
    "clip_ratio/high_max": Math.max(...all.map(({ clip_high }) => clip_high)),
    "clip_ratio/region_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_region")),
  };
}

function roundMetrics({ rounds, keptFraction }: StepRecord): Partial<Metrics> {
  return { "sampling/rounds": rounds, "sampling/kept_fraction": keptFraction };
}

function lengthMetrics(entries: readonly RolloutEntry[], lengths: readonly number[]): Partial<Metrics> {
  return {
    "completions/mean_length": meanOf(lengths, (length) => length),
    "completions/min_length": Math.min(...lengths),
    "completions/max_length": Math.max(...lengths),
    "completions/clipped_ratio": meanOf(entries, ({ completion }) => (completion.finishReason === "length" ? 1 : 0)),
  };
}

/** Entropy over the sampled tokens and reward of each tag's completions, where problems have tags. */
function tagMetrics({ entries, scores: { rewards } }: ScoredRollout): Partial<Metrics> {
  const tags = [...new Set(entries.flatMap(({ problem }) => problem.tag ?? []))].sort();
  return Object.fromEntries(
    tags.flatMap((tag) => {
      const own = entries.map((_, i) => i).filter((i) => entries[i]!.problem.tag === tag);
      const entropies = own.flatMap((i) => [...entries[i]!.completion.entropies]);
      return [
        [`tags/${tag}/entropy`, meanOf(entropies, (entropy) => entropy)],
        [`tags/${tag}/reward`, meanOf(own, (i) => rewards[i] ?? 0)],
      ];
    }),
  );
}

/** How far the trainer's first forward pass is from what the sampler saw: the same policy, so nothing but rounding. */
function gapOf({ metrics }: UpdateResult): SamplerGap {
  return {
    difference: {
      mean: tokenMean(metrics, "logp_difference_mean"),
      max: Math.max(...metrics.map((record) => record.logp_difference_max)),
    },
    ratio: {
      min: Math.min(...metrics.map((record) => record.ratio_min)),
      mean: tokenMean(metrics, "ratio_mean"),
      max: Math.max(...metrics.map((record) => record.ratio_max)),
    },
  };
}

function samplingMetrics({ difference, ratio }: SamplerGap): Partial<Metrics> {
  return {
    "sampling/sampling_logp_difference/mean": difference.mean,
    "sampling/sampling_logp_difference/max": difference.max,
    "sampling/importance_sampling_ratio/min": ratio.min,
    "sampling/importance_sampling_ratio/mean": ratio.mean,
    "sampling/importance_sampling_ratio/max": ratio.max,
  };
}

function meanOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / Math.max(1, items.length);
}
