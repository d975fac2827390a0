/** What one metric means and is measured in; `time` marks wall-clock values, which differ between two runs of the same seed. */
export interface MetricDefinition {
  readonly description: string;
  readonly unit: string;
  readonly time?: true;
}

/** Every metric with a fixed name, under TRL's names where TRL has one. */
export const metricDefinitions = {
  loss: { description: "Policy loss of the optimiser step, entropy control included.", unit: "" },
  grad_norm: { description: "Global norm of the gradient before clipping.", unit: "" },
  learning_rate: { description: "Learning rate of the step.", unit: "" },
  reward: { description: "Mean reward of the step's completions that have one.", unit: "reward" },
  reward_std: { description: "Standard deviation of the rewards within a group, averaged over groups.", unit: "reward" },
  frac_reward_zero_std: {
    description: "Fraction of groups whose rewards are all equal. Advantages that compare within groups, except gdpo, are 0 there.",
    unit: "fraction",
  },
  frac_unscored: { description: "Fraction of completions that no reward function scored. They teach nothing.", unit: "fraction" },
  entropy: { description: "Mean entropy of the policy over all completion tokens, at the sampling temperature.", unit: "nats per token" },
  kl: {
    description: "Mean KL divergence to the reference policy, as grpo.kl estimates it, where grpo.beta is above 0.",
    unit: "nats per token",
  },
  "clip_ratio/low_mean": { description: "Fraction of tokens clipped from below.", unit: "fraction" },
  "clip_ratio/low_min": { description: "Smallest fraction of tokens clipped from below in a micro-batch of the step.", unit: "fraction" },
  "clip_ratio/high_mean": { description: "Fraction of tokens clipped from above.", unit: "fraction" },
  "clip_ratio/high_max": { description: "Largest fraction of tokens clipped from above in a micro-batch of the step.", unit: "fraction" },
  "clip_ratio/region_mean": { description: "Fraction of tokens clipped on either side.", unit: "fraction" },
  "covariance/selected": { description: "Tokens that the loss selected in an update, where it selects any.", unit: "tokens" },
  "entropy_ratio/clipped": { description: "Fraction of tokens whose entropy ratio leaves the range of the loss erc.", unit: "fraction" },
  "token_share/selected": { description: "Fraction of tokens whose surrogate counts, where tokenShare is below 1.", unit: "fraction" },
  "token_share/least_entropy": {
    description: "Least entropy among the tokens whose surrogate counts, where tokenShare is below 1.",
    unit: "nats per token",
  },
  "advantages/damped": { description: "Fraction of completions whose advantage gepo damps.", unit: "fraction" },
  "completions/mean_length": { description: "Mean length of the completions.", unit: "tokens" },
  "completions/min_length": { description: "Length of the shortest completion.", unit: "tokens" },
  "completions/max_length": { description: "Length of the longest completion.", unit: "tokens" },
  "completions/clipped_ratio": { description: "Fraction of completions cut off before they ended.", unit: "fraction" },
  "completions/masked_ratio": { description: "Fraction of completions that grpo.maskTruncated left out of the loss.", unit: "fraction" },
  num_tokens: {
    description:
      "Tokens of the prompts and completions learned from since the start of training. Groups that dynamic sampling left out do not count, and replayed ones count again.",
    unit: "tokens",
  },
  skipped_steps: {
    description: "Optimiser steps since the start of training that changed nothing, because their numbers were not finite.",
    unit: "steps",
  },
  step_time: { description: "Time of the whole step.", unit: "seconds", time: true },
  "sampling/rounds": { description: "Rollouts of the step, with dynamic sampling.", unit: "rollouts" },
  "sampling/kept_fraction": {
    description: "Fraction of the sampled groups that were learned from and teach, with dynamic sampling.",
    unit: "fraction",
  },
  "replay/fraction": { description: "Fraction of the groups learned from that were replayed, with grpo.replay.", unit: "fraction" },
  "replay/age": { description: "Mean age of the replayed groups, where any were.", unit: "steps" },
  "replay/kept": { description: "Groups that are kept for replay.", unit: "groups" },
  "reference/age": { description: "Steps since the reference was the policy, with grpo.referenceReset.", unit: "steps" },
  "sampling/sampling_logp_difference/mean": { description: "Mean |logp of sampling - logp of training|.", unit: "nats" },
  "sampling/sampling_logp_difference/max": { description: "Largest |logp of sampling - logp of training|.", unit: "nats" },
  "sampling/importance_sampling_ratio/min": { description: "Smallest probability ratio of training to sampling.", unit: "ratio" },
  "sampling/importance_sampling_ratio/mean": { description: "Mean probability ratio of training to sampling.", unit: "ratio" },
  "sampling/importance_sampling_ratio/max": { description: "Largest probability ratio of training to sampling.", unit: "ratio" },
  "sampling/importance_sampling_masked": { description: "Fraction of tokens whose weight icepop or mis sets to 0.", unit: "fraction" },
  "sampling/tokens_per_second": { description: "Tokens sampled per second of sampling.", unit: "tokens per second", time: true },
  "training/tokens_per_second": {
    description: "Tokens of a step's samples per second of its updates, those of silent samples included.",
    unit: "tokens per second",
    time: true,
  },
  "entropic/alpha": { description: "The controller's output: positive pushes entropy down, negative up.", unit: "" },
  "entropic/error": { description: "Entropy minus target.", unit: "nats per token" },
  "entropic/integral": {
    description: "Sum of the errors up to and including this step: the I that the next step uses.",
    unit: "nats per token",
  },
  "entropic/target": { description: "The entropy that the controller holds.", unit: "nats per token" },
  "entropic/gated_fraction": {
    description: "Fraction of the update's completion tokens whose weight the controller changes.",
    unit: "fraction",
  },
  "entropic/saturated": { description: "1 where alpha, or what the controller moves in its place, stands at its limit, else 0.", unit: "" },
  "entropic/entropy_coefficient": { description: "Weight of the entropy bonus that the controller sets (aec, bonus).", unit: "" },
  "entropic/positive_scale": { description: "Weight of tokens with positive advantage (entrocraft).", unit: "" },
  "entropic/negative_scale": { description: "Weight of tokens with negative advantage (entrocraft).", unit: "" },
  "entropic/kp": { description: "Proportional gain, where the controller pi has gains auto, target auto or classes.", unit: "" },
  "entropic/ki": { description: "Integral gain, where the controller pi has gains auto, target auto or classes.", unit: "" },
  "entropic/authority": { description: "Estimated fall of entropy in a step at alpha 1; 0 before the estimate.", unit: "nats per token" },
  "entropic/released": { description: "Share of alpha that entropy.release has taken away, from 0 to 1.", unit: "fraction" },
  "entropic/signal": {
    description:
      "What the target follows: the share of groups with spread (spread), the entropy of right answers (right), or that of wrong answers minus it (gap).",
    unit: "",
  },
  "eval/loss": { description: "Mean cross-entropy per token of held-out examples in supervised training.", unit: "nats per token" },
  "eval/entropy": { description: "Mean entropy per token over the evaluation's sampled completions.", unit: "nats per token" },
  "eval/distinct": { description: "Different right answers among the completions of an evaluation prompt, on average.", unit: "answers" },
  "eval/greedy": { description: "Fraction of evaluation prompts solved by greedy decoding.", unit: "fraction" },
  "eval/pass@1_se": {
    description: "Standard error of eval/pass@1 over the problems: how far other problems of the kind would move it.",
    unit: "fraction",
  },
  "eval/solved": { description: "Share of the evaluation problems that its sampled completions solved at least once.", unit: "fraction" },
  "eval/ever_solved": {
    description: "Share of the evaluation problems that the sampled completions of any evaluation of the run so far solved.",
    unit: "fraction",
  },
  "train/seen": { description: "Share of the training problems that were sampled so far.", unit: "fraction" },
  "train/ever_solved": { description: "Share of the training problems that any rollout so far solved.", unit: "fraction" },
  "train/solved": { description: "Share of the training problems that were solved when they were last sampled.", unit: "fraction" },
  "eval/reward": { description: "Mean reward of the evaluation's sampled completions that have one.", unit: "reward" },
} as const satisfies Record<string, MetricDefinition>;

/**
 * Metrics whose names depend on the run. Each reward function and each tag of the problems has a pair, and pass@k has one name for its k.
 * Each class of tokens has the controller's metrics, and each other task that is evaluated has those of an evaluation. An evaluation has
 * further ones for each temperature (`eval/T0.6/`), each entropy (`eval/H0.2/`) and each tag of the problems (`eval/tags/TAG/`).
 */
type RewardMetric = `rewards/${string}/${"mean" | "std" | "failed"}`;
type PassMetric = `eval/pass@${number}`;
type ClassMetric = `entropic/${string}/${string}`;
type TagMetric = `tags/${string}/${"entropy" | "reward"}`;
type ElsewhereMetric = `eval/${string}/${string}`;
type StratumMetric = `train/tags/${string}/${"seen" | "ever_solved" | "solved"}`;

export type MetricName =
  | keyof typeof metricDefinitions
  | RewardMetric
  | PassMetric
  | ClassMetric
  | TagMetric
  | ElsewhereMetric
  | StratumMetric;

/** One line of metrics.jsonl: the step (from 1; 0 is before training) and what was measured at it. */
export type Metrics = { step: number } & { [name in MetricName]?: number };

/** What a metric means; undefined for a name nobody defined. */
export function describeMetric(name: string): MetricDefinition | undefined {
  if (Object.hasOwn(metricDefinitions, name)) return metricDefinitions[name as keyof typeof metricDefinitions];
  const reward = /^rewards\/(.+)\/(mean|std)$/.exec(name);
  if (reward) return { description: `${reward[2] === "mean" ? "Mean" : "Standard deviation"} of the reward ${reward[1]}.`, unit: "reward" };
  const failed = /^rewards\/(.+)\/failed$/.exec(name);
  if (failed)
    return {
      description: `Completions of the step that the reward ${failed[1]} failed on; they have no score of it.`,
      unit: "completions",
    };
  const ofClass = /^(entropic)\/(\w+)\/(.+)$/.exec(name);
  const whole = ofClass && describeMetric(ofClass[2] === "entropy" ? "entropy" : `entropic/${ofClass[2]}`);
  if (ofClass && whole) return { ...whole, description: `${whole.description.replace(/\.$/, "")}; of the class ${ofClass[3]} of tokens.` };
  const ofTag = /^tags\/(.+)\/(entropy|reward)$/.exec(name);
  if (ofTag) {
    const [, tag, measure] = ofTag;
    const unit = measure === "entropy" ? "nats per token" : "reward";
    return { description: `Mean ${measure} of the step's completions of problems tagged ${tag}.`, unit };
  }
  const part = describePart(name);
  if (part) return part;
  const elsewhere = /^eval\/([^/]+)\/(.+)$/.exec(name);
  const measured = elsewhere && describeMetric(`eval/${elsewhere[2]}`);
  if (elsewhere && measured) return { ...measured, description: `${measured.description.replace(/\.$/, "")}; on ${elsewhere[1]}.` };
  const pass = /^eval\/pass@(\d+)$/.exec(name);
  if (pass)
    return {
      description: `Chance that one of ${pass[1]} sampled completions is right (unbiased); one without a score is wrong.`,
      unit: "fraction",
    };
  return undefined;
}

/** What a metric of a part of an evaluation means: at another temperature, or of the problems of a tag. */
function describePart(name: string): MetricDefinition | undefined {
  const found = /^(eval|train)\/(?:T([\d.]+)|H([\d.]+)|tags\/(.+))\/([^/]+)$/.exec(name);
  if (!found) return undefined;
  const [, group, temperature, entropy, tag, measure] = found;
  if (measure === "temperature" && entropy !== undefined) {
    return { description: `Sampling temperature at which the mean entropy of the evaluation's tokens is ${entropy} nats.`, unit: "" };
  }
  const whole = describeMetric(`${group}/${measure}`);
  const at = temperature === undefined ? `at the temperature that gives an entropy of ${entropy} nats` : `at temperature ${temperature}`;
  const where = tag === undefined ? at : `of the problems tagged ${tag}`;
  return whole && { ...whole, description: `${whole.description.replace(/\.$/, "")}; ${where}.` };
}

/** Metrics without their wall-clock values. Two runs of one seed on one adapter have all the others in common. */
export function withoutTimes(metrics: Metrics): Metrics {
  const kept = Object.entries(metrics).filter(([name]) => !describeMetric(name)?.time);
  return Object.fromEntries(kept) as Metrics;
}

/**
 * Parses metrics.jsonl. A step written twice (a run resumed from an earlier checkpoint) keeps its last line, and a last line
 * that was cut off by a crash is left out; any other bad line throws an Error naming its number.
 */
export function parseMetrics(text: string): Metrics[] {
  const lines = text.split("\n");
  const steps = new Map<number, Metrics>();
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const metrics = parseLine(line);
    if (metrics) steps.set(metrics.step, metrics);
    else if (index < lines.length - 1) throw new Error(`line ${index + 1} is not a JSON object with a number "step"`);
  });
  return [...steps.values()].sort((a, b) => a.step - b.step);
}

function parseLine(line: string): Metrics | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && "step" in value && typeof value.step === "number") return value as Metrics;
  } catch {
    return undefined;
  }
  return undefined;
}
