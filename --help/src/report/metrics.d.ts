/** What one metric means and is measured in; `time` marks wall-clock values, which differ between two runs of the same seed. */
export interface MetricDefinition {
    readonly description: string;
    readonly unit: string;
    readonly time?: true;
}
/** Every metric with a fixed name, under TRL's names where TRL has one. */
export declare const metricDefinitions: {
    readonly loss: {
        readonly description: "Policy loss of the optimiser step, entropy control included.";
        readonly unit: "";
    };
    readonly grad_norm: {
        readonly description: "Global norm of the gradient before clipping.";
        readonly unit: "";
    };
    readonly learning_rate: {
        readonly description: "Learning rate of the step.";
        readonly unit: "";
    };
    readonly reward: {
        readonly description: "Mean reward of the step's completions.";
        readonly unit: "reward";
    };
    readonly reward_std: {
        readonly description: "Standard deviation of the rewards within a group, averaged over groups.";
        readonly unit: "reward";
    };
    readonly frac_reward_zero_std: {
        readonly description: "Fraction of groups whose rewards are all equal. Such groups teach nothing.";
        readonly unit: "fraction";
    };
    readonly frac_unscored: {
        readonly description: "Fraction of completions that no reward function scored. They teach nothing.";
        readonly unit: "fraction";
    };
    readonly entropy: {
        readonly description: "Mean entropy of the policy over all completion tokens, at the sampling temperature.";
        readonly unit: "nats per token";
    };
    readonly kl: {
        readonly description: "Mean KL divergence to the reference policy, as grpo.kl estimates it.";
        readonly unit: "nats per token";
    };
    readonly "clip_ratio/low_mean": {
        readonly description: "Fraction of tokens clipped from below.";
        readonly unit: "fraction";
    };
    readonly "clip_ratio/low_min": {
        readonly description: "Smallest fraction of tokens clipped from below in a micro-batch of the step.";
        readonly unit: "fraction";
    };
    readonly "clip_ratio/high_mean": {
        readonly description: "Fraction of tokens clipped from above.";
        readonly unit: "fraction";
    };
    readonly "clip_ratio/high_max": {
        readonly description: "Largest fraction of tokens clipped from above in a micro-batch of the step.";
        readonly unit: "fraction";
    };
    readonly "clip_ratio/region_mean": {
        readonly description: "Fraction of tokens clipped on either side.";
        readonly unit: "fraction";
    };
    readonly "covariance/selected": {
        readonly description: "Tokens that the loss selected in an update, where it selects any.";
        readonly unit: "tokens";
    };
    readonly "completions/mean_length": {
        readonly description: "Mean length of the completions.";
        readonly unit: "tokens";
    };
    readonly "completions/min_length": {
        readonly description: "Length of the shortest completion.";
        readonly unit: "tokens";
    };
    readonly "completions/max_length": {
        readonly description: "Length of the longest completion.";
        readonly unit: "tokens";
    };
    readonly "completions/clipped_ratio": {
        readonly description: "Fraction of completions cut off before they ended.";
        readonly unit: "fraction";
    };
    readonly "completions/masked_ratio": {
        readonly description: "Fraction of completions that grpo.maskTruncated left out of the loss.";
        readonly unit: "fraction";
    };
    readonly num_tokens: {
        readonly description: "Tokens processed since the start of training.";
        readonly unit: "tokens";
    };
    readonly skipped_steps: {
        readonly description: "Optimiser steps since the start of training that changed nothing, because their numbers were not finite.";
        readonly unit: "steps";
    };
    readonly step_time: {
        readonly description: "Time of the whole step.";
        readonly unit: "seconds";
        readonly time: true;
    };
    readonly "sampling/rounds": {
        readonly description: "Rollouts of the step, with dynamic sampling.";
        readonly unit: "rollouts";
    };
    readonly "sampling/kept_fraction": {
        readonly description: "Fraction of the sampled groups that were learned from and had differing rewards, with dynamic sampling.";
        readonly unit: "fraction";
    };
    readonly "sampling/sampling_logp_difference/mean": {
        readonly description: "Mean |logp of sampling - logp of training|.";
        readonly unit: "nats";
    };
    readonly "sampling/sampling_logp_difference/max": {
        readonly description: "Largest |logp of sampling - logp of training|.";
        readonly unit: "nats";
    };
    readonly "sampling/importance_sampling_ratio/min": {
        readonly description: "Smallest probability ratio of training to sampling.";
        readonly unit: "ratio";
    };
    readonly "sampling/importance_sampling_ratio/mean": {
        readonly description: "Mean probability ratio of training to sampling.";
        readonly unit: "ratio";
    };
    readonly "sampling/importance_sampling_ratio/max": {
        readonly description: "Largest probability ratio of training to sampling.";
        readonly unit: "ratio";
    };
    readonly "sampling/tokens_per_second": {
        readonly description: "Tokens sampled per second of sampling.";
        readonly unit: "tokens per second";
        readonly time: true;
    };
    readonly "training/tokens_per_second": {
        readonly description: "Tokens trained on per second of training.";
        readonly unit: "tokens per second";
        readonly time: true;
    };
    readonly "entropic/alpha": {
        readonly description: "The controller's output: positive pushes entropy down, negative up.";
        readonly unit: "";
    };
    readonly "entropic/error": {
        readonly description: "Entropy minus target.";
        readonly unit: "nats per token";
    };
    readonly "entropic/integral": {
        readonly description: "Sum of the errors before this step.";
        readonly unit: "nats per token";
    };
    readonly "entropic/target": {
        readonly description: "The entropy that the controller holds.";
        readonly unit: "nats per token";
    };
    readonly "entropic/gated_fraction": {
        readonly description: "Fraction of completion tokens whose weight the controller changes.";
        readonly unit: "fraction";
    };
    readonly "entropic/saturated": {
        readonly description: "1 where alpha stands at its limit, else 0.";
        readonly unit: "";
    };
    readonly "entropic/entropy_coefficient": {
        readonly description: "Weight of the entropy bonus that the controller sets (aec, bonus).";
        readonly unit: "";
    };
    readonly "entropic/positive_scale": {
        readonly description: "Weight of tokens with positive advantage (entrocraft).";
        readonly unit: "";
    };
    readonly "entropic/negative_scale": {
        readonly description: "Weight of tokens with negative advantage (entrocraft).";
        readonly unit: "";
    };
    readonly "entropic/kp": {
        readonly description: "Proportional gain, where the controller pi measures its gains or its target.";
        readonly unit: "";
    };
    readonly "entropic/ki": {
        readonly description: "Integral gain, where the controller pi measures its gains or its target.";
        readonly unit: "";
    };
    readonly "entropic/authority": {
        readonly description: "Estimated fall of entropy in a step at alpha 1; 0 before the estimate.";
        readonly unit: "nats per token";
    };
    readonly "eval/entropy": {
        readonly description: "Mean entropy per token over the evaluation's sampled completions.";
        readonly unit: "nats per token";
    };
    readonly "eval/distinct": {
        readonly description: "Different right answers among the completions of an evaluation prompt, on average.";
        readonly unit: "answers";
    };
    readonly "eval/greedy": {
        readonly description: "Fraction of evaluation prompts solved by greedy decoding.";
        readonly unit: "fraction";
    };
    readonly "eval/reward": {
        readonly description: "Mean reward of the evaluation's sampled completions.";
        readonly unit: "reward";
    };
};
/**
 * Metrics whose names depend on the run. Each reward function and each tag of the problems has a pair, and pass@k has one name for its k.
 * Each class of tokens has the controller's metrics, and each other task that is evaluated has those of an evaluation.
 */
type RewardMetric = `rewards/${string}/mean` | `rewards/${string}/std`;
type PassMetric = `eval/pass@${number}`;
type ClassMetric = `entropic/${string}/${string}`;
type TagMetric = `tags/${string}/${"entropy" | "reward"}`;
type ElsewhereMetric = `eval/${string}/${string}`;
export type MetricName = keyof typeof metricDefinitions | RewardMetric | PassMetric | ClassMetric | TagMetric | ElsewhereMetric;
/** One line of metrics.jsonl: the step (from 1; 0 is before training) and what was measured at it. */
export type Metrics = {
    step: number;
} & {
    [name in MetricName]?: number;
};
/** What a metric means; undefined for a name nobody defined. */
export declare function describeMetric(name: string): MetricDefinition | undefined;
/** Metrics without their wall-clock values. Two runs of one seed on one adapter have all the others in common. */
export declare function withoutTimes(metrics: Metrics): Metrics;
/**
 * Parses metrics.jsonl. A step written twice (a run resumed from an earlier checkpoint) keeps its last line, and a last line
 * that was cut off by a crash is left out; any other bad line throws an Error naming its number.
 */
export declare function parseMetrics(text: string): Metrics[];
export {};
