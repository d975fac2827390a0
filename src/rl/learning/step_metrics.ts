import { type Controller, meanLoop } from "../../control/index.ts";
import { tokenMean, type UpdateResult } from "../../policy/update_result.ts";
import { type Metrics, metricDefinitions } from "../../report/metrics.ts";
import { extent } from "../../report/statistics.ts";
import { rewardStatistics } from "../advantages/index.ts";
import { isScored } from "../advantages/scores.ts";
import type { Run } from "../run.ts";
import type { Sampled, ScoredRollout } from "../sampling/dynamic_sampling.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import type { SampledStep } from "../sampling/step_sampler.ts";
import type { SamplerGap } from "../scoring/importance.ts";
import { rewardMetrics } from "../scoring/rewards.ts";
import type { Learned } from "./learner.ts";
import type { Sample } from "./micro_batches.ts";

/** What a step did. */
export interface StepRecord {
  readonly step: number;
  readonly tokens: number;
  /** `trained` are the completions that were learned from. `all` are those that were sampled: only their rewards are those of the policy. */
  readonly rollout: SampledStep;
  readonly samples: readonly Pick<Sample, "isMasked">[];
  readonly learned: Learned;
  /** Defined where the trainer scored the completions again. Its log-probabilities are then the old ones of the loss. */
  readonly gap: SamplerGap | undefined;
  /** The share of the completions whose advantage gepo damped. */
  readonly damped: number | undefined;
  /** Time of the whole step. */
  readonly milliseconds: number;
}

/**
 * One line of metrics.jsonl. Losses and norms are means over the updates of the rollout. The controller's state is that of the last update.
 * A step that had no token to learn from has no metrics of learning.
 */
export function stepMetrics({ config, controller, loss }: Run, record: StepRecord): Metrics {
  const { rollout, learned, samples } = record;
  const { updates } = learned;
  const { all, trained } = rollout;
  const lengths = all.entries.map(({ completion }) => completion.ids.length);
  const sampledTokens = lengths.reduce((a, b) => a + b, 0);
  const learns = updates.length > 0;
  const gap = record.gap ?? (learns ? gapOf(updates[0]!) : undefined);
  return {
    step: record.step,
    ...(learns && { loss: meanOf(updates, ({ loss }) => loss), grad_norm: meanOf(updates, ({ gradNorm }) => gradNorm) }),
    learning_rate: learned.learningRate,
    ...scoreMetrics(all, config.grpo.completions),
    ...tagMetrics(all, config.grpo.maskTruncated),
    // This is the entropy of the policy that sampled, from before the rollout's first update.
    ...(learns && {
      entropy: updates[0]!.entropy,
      ...(config.grpo.beta > 0 && { kl: meanOf(updates, ({ metrics }) => tokenMean(metrics, "kl")) }),
      ...clipMetrics(updates),
    }),
    ...(learns && selectionMetrics(updates, loss)),
    ...(learns && config.grpo.tokenShare < 1 && learningMetrics(updates)),
    ...lengthMetrics(all.entries, lengths),
    ...(config.grpo.maskTruncated && { "completions/masked_ratio": meanOf(samples, ({ isMasked }) => (isMasked ? 1 : 0)) }),
    num_tokens: record.tokens,
    ...(record.damped !== undefined && { "advantages/damped": record.damped }),
    ...(config.grpo.dynamicSampling > 0 && roundMetrics(rollout)),
    ...(gap && samplingMetrics(gap)),
    ...(learns && { "entropic/gated_fraction": meanOf(updates, ({ metrics }) => tokenMean(metrics, "gated_fraction")) }),
    ...controllerMetrics(learned, controller),
    skipped_steps: learned.skipped,
    step_time: record.milliseconds / 1000,
    "sampling/tokens_per_second": (sampledTokens / rollout.milliseconds) * 1000,
    ...(learns && { "training/tokens_per_second": ((tokensOf(trained.entries) * updates.length) / learned.milliseconds) * 1000 }),
  };
}

/** What the rewards say. Where no function scored a completion there is no reward, and `frac_unscored` is 1. */
function scoreMetrics({ scores }: ScoredRollout, completions: number): Partial<Metrics> {
  const { reward, reward_std, frac_reward_zero_std } = rewardStatistics(scores.rewards, completions, scores.byToken);
  const unscored = meanOf(scores.rewards, (score) => (score === null ? 1 : 0));
  return { ...(unscored < 1 && { reward, reward_std }), frac_reward_zero_std, frac_unscored: unscored, ...rewardMetrics(scores) };
}

/** Tokens of prompts and completions. */
export function tokensOf(entries: readonly RolloutEntry[]): number {
  return entries.reduce((sum, { promptIds, completion }) => sum + promptIds.length + completion.ids.length, 0);
}

const LOOP_METRICS = ["alpha", "error", "integral", "target_entropy", "saturated"] as const;

/** The controller's one loop, or the mean loop of its classes, with the fields that it reports; then the loop of each class. */
function controllerMetrics({ updates, state }: Learned, { reports = [], classes = [] }: Controller): Partial<Metrics> {
  const { control, loops } = state;
  const tokens = updates.at(-1)?.measured.map((one) => one.tokens) ?? [];
  const whole = classes.length > 0 ? meanLoop(loops, tokens) : loops[0]!;
  const fields = [...LOOP_METRICS, ...reports];
  return Object.assign(
    entropicMetrics({ ...whole, ...control }, fields),
    ...classes.map(({ name }, i) => entropicMetrics(loops[i]!, ["entropy", ...fields], `/${name}`)),
  );
}

function entropicMetrics(values: Readonly<Record<string, number>>, fields: readonly string[], suffix = ""): Partial<Metrics> {
  const shown = fields.filter((field) => field in values);
  return Object.fromEntries(shown.map((field) => [`entropic/${field === "target_entropy" ? "target" : field}${suffix}`, values[field]]));
}

function clipMetrics(updates: readonly UpdateResult[]): Partial<Metrics> {
  const all = updates.flatMap(({ metrics }) => withTokens(metrics));
  return {
    "clip_ratio/low_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_low")),
    "clip_ratio/low_min": Math.min(...all.map(({ clip_low }) => clip_low)),
    "clip_ratio/high_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_high")),
    "clip_ratio/high_max": Math.max(...all.map(({ clip_high }) => clip_high)),
    "clip_ratio/region_mean": meanOf(updates, ({ metrics }) => tokenMean(metrics, "clip_region")),
  };
}

/** How many tokens the loss selects, or the share of them, as the metric's unit says. */
function selectionMetrics(updates: readonly UpdateResult[], { selects }: Run["loss"]): Partial<Metrics> {
  if (!selects) return {};
  const isShare = metricDefinitions[selects].unit === "fraction";
  return { [selects]: meanOf(updates, ({ selected, metrics }) => selected / (isShare ? tokensIn(metrics) : 1)) };
}

/** What `tokenShare` lets learn. */
function learningMetrics(updates: readonly UpdateResult[]): Partial<Metrics> {
  return {
    "token_share/selected": meanOf(updates, ({ learning, metrics }) => learning.tokens / tokensIn(metrics)),
    "token_share/least_entropy": meanOf(updates, ({ learning }) => learning.leastEntropy),
  };
}

function tokensIn(metrics: UpdateResult["metrics"]): number {
  return metrics.reduce((sum, { token_count }) => sum + token_count, 0);
}

/** The micro-batches that have tokens. The others report zeros, which are no extremes. */
function withTokens(metrics: UpdateResult["metrics"]): UpdateResult["metrics"] {
  return metrics.filter(({ token_count }) => token_count > 0);
}

function roundMetrics({ rounds, keptFraction }: Sampled): Partial<Metrics> {
  return { "sampling/rounds": rounds, "sampling/kept_fraction": keptFraction };
}

function lengthMetrics(entries: readonly RolloutEntry[], lengths: readonly number[]): Partial<Metrics> {
  const [shortest, longest] = extent(lengths);
  return {
    "completions/mean_length": meanOf(lengths, (length) => length),
    "completions/min_length": shortest,
    "completions/max_length": longest,
    "completions/clipped_ratio": meanOf(entries, ({ completion }) => (completion.finishReason === "length" ? 1 : 0)),
  };
}

/** For each tag of the problems the mean entropy of its sampled tokens, but masked ones, and the mean reward of its completions. */
function tagMetrics({ entries, scores: { rewards } }: ScoredRollout, maskTruncated: boolean): Partial<Metrics> {
  const tags = [...new Set(entries.flatMap(({ problem }) => problem.tag ?? []))].sort();
  return Object.fromEntries(
    tags.flatMap((tag) => {
      const own = entries.map((_, i) => i).filter((i) => entries[i]!.problem.tag === tag);
      const scored = own.map((i) => rewards[i]!).filter(isScored);
      const counted = own.map((i) => entries[i]!.completion).filter(({ finishReason }) => !maskTruncated || finishReason !== "length");
      const entropies = counted.flatMap((completion) => [...completion.entropies]);
      return [
        ...(entropies.length > 0 ? [[`tags/${tag}/entropy`, meanOf(entropies, (entropy) => entropy)]] : []),
        ...(scored.length > 0 ? [[`tags/${tag}/reward`, meanOf(scored, (reward) => reward)]] : []),
      ];
    }),
  );
}

/** How far the trainer's first forward pass is from the sampler's. Both run the same policy, so they differ by rounding alone. */
function gapOf(update: UpdateResult): SamplerGap {
  const metrics = withTokens(update.metrics);
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

function samplingMetrics({ difference, ratio, masked }: SamplerGap): Partial<Metrics> {
  return {
    "sampling/sampling_logp_difference/mean": difference.mean,
    "sampling/sampling_logp_difference/max": difference.max,
    "sampling/importance_sampling_ratio/min": ratio.min,
    "sampling/importance_sampling_ratio/mean": ratio.mean,
    "sampling/importance_sampling_ratio/max": ratio.max,
    ...(masked !== undefined && { "sampling/importance_sampling_masked": masked }),
  };
}

function meanOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / Math.max(1, items.length);
}
