import { type Controller, createController, type Measured } from "../control/index.ts";
import type { Device } from "../gpu/device.ts";
import { createLoss, type PolicyLoss } from "../loss/index.ts";
import type { Scorer } from "../policy/score.ts";
import type { PolicyUpdate } from "../policy/update.ts";
import type { Metrics } from "../report/metrics.ts";
import type { Problem } from "../tasks/task.ts";
import { advantages as advantageFunctions } from "./advantages/index.ts";
import type { TrainConfig } from "./config/index.ts";
import { type Evaluation, evaluatePolicy } from "./evaluation/evaluate.ts";
import { microBatches, packBatch, type Sample, type StepTotals, totalsOf } from "./learning/micro_batches.ts";
import { stepMetrics } from "./learning/step_metrics.ts";
import { checkClasses, classifier, measureSampled, type TokenClassFunction } from "./learning/token_classes.ts";
import type { PolicyModel } from "./model.ts";
import { sampleStep } from "./sampling/dynamic_sampling.ts";
import { columnsOf, type RolloutEntry, rollout } from "./sampling/rollout.ts";
import { type SamplerGap, samplerGap, withImportance } from "./scoring/importance.ts";
import { overlongReward } from "./scoring/overlong.ts";
import { type CombinedRewards, combineRewards, type NamedReward } from "./scoring/rewards.ts";
import { createParts, type Parts } from "./trainer_parts.ts";

export interface TrainerOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly config: Pick<TrainConfig, "seed" | "grpo" | "entropy" | "eval">;
  readonly trainProblems: readonly Problem[];
  readonly evalProblems: readonly Problem[];
  readonly rewards: readonly NamedReward[];
  /** Text that ends a completion; it is part of the completion. */
  readonly stop: string;
  /** The policy that `beta` measures against; the starting policy when absent. */
  readonly reference?: PolicyModel;
  /** Instead of the controller that config.entropy names. */
  readonly controller?: Controller;
  /** Instead of the loss that config.grpo names. */
  readonly loss?: PolicyLoss;
  /** The class of each token where `entropy.classes` has any; instead of config.entropy.classBy. */
  readonly classOf?: TokenClassFunction;
}

export interface StepResult {
  readonly metrics: Metrics;
  readonly entries: readonly RolloutEntry[];
  readonly rewards: readonly (number | null)[];
  readonly advantages: ArrayLike<number>;
}

/** All that a run needs to go on exactly as if it had never stopped, beside the parameters. */
export interface TrainerState {
  readonly step: number;
  readonly tokens: number;
  readonly control: readonly number[];
  readonly optimizer: readonly number[];
}

export interface Trainer {
  /** Steps done so far. */
  readonly step: number;
  /** Rollout, rewards, advantages, update. */
  train(): Promise<StepResult>;
  evaluate(): Promise<Evaluation>;
  save(): Promise<{ readonly state: TrainerState; readonly moments: Map<string, { shape: number[]; data: Float32Array }> }>;
  load(saved: {
    readonly state: TrainerState;
    readonly moments: ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>;
  }): void;
  /** The dispatches of one update, one a line. */
  describe(): string;
  destroy(): void;
}

/** GRPO (Shao et al. 2024, arXiv 2402.03300) with an entropy controller. The loop of a step reads from top to bottom in `train`. */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { model, config } = options;
  const { grpo } = config;
  const judged = combineRewards(options.rewards);
  const { overlongBuffer: buffer, maxNewTokens: longest } = grpo;
  const learned = buffer > 0 ? combineRewards([...options.rewards, overlongReward({ longest, buffer })]) : judged;
  const controller = options.controller ?? createController(config.entropy);
  const loss = options.loss ?? createLoss(grpo);
  const classify = classifier(controller, options.classOf);
  checkClasses(classify, options.trainProblems);
  const parts = await createParts({ ...options, controller, loss });
  const score = async (combined: typeof judged, entries: readonly RolloutEntry[]): Promise<CombinedRewards> =>
    combined({
      prompts: entries.map(({ problem }) => problem.prompt),
      completions: entries.map(({ text }) => text),
      completionIds: entries.map(({ completion }) => completion.ids),
      columns: columnsOf(entries),
      state: { step },
    });
  let step = 0;
  let tokens = 0;

  const train = async (): Promise<StepResult> => {
    const started = performance.now();
    let sampling = 0;
    const { trained, all, rounds, keptFraction } = await sampleStep({
      problems: options.trainProblems,
      seed: config.seed,
      step,
      prompts: grpo.prompts,
      completions: grpo.completions,
      extraRounds: grpo.dynamicSampling,
      rollout: async (problems, firstKey) => {
        const { tokenizer } = model;
        const { completions } = grpo;
        const began = performance.now();
        const entries = await rollout({ generator: parts.generator, tokenizer, problems, completions, seed: config.seed, firstKey });
        sampling += performance.now() - began;
        return { entries, scores: await score(learned, entries) };
      },
    });
    const { entries, scores } = trained;

    const advantages = advantagesOf(scores, config);
    const classes = classify && entries.map(classify);
    const drawn = toSamples(entries, advantages, { classes, maskTruncated: grpo.maskTruncated });
    const { samples, gap } = await scoreAgain(parts, drawn, config, loss);
    const totals = totalsOf(samples);
    const scored = performance.now();

    const sampledMeasure = measureSampled(entries, classes, controller.classes?.length ?? 0);
    const updates = await updatePolicy(parts.update, samples, totals, sampledMeasure, { ...config, step });
    const finished = performance.now();

    step += 1;
    tokens += samples.reduce((sum, sample) => sum + sample.promptIds.length + sample.completionIds.length, 0);
    const times = { sampling, update: finished - scored, total: finished - started };
    const metrics = stepMetrics({ step, tokens, entries, all, rounds, keptFraction, updates, gap, times, config, controller, loss });
    return { metrics, entries, rewards: scores.rewards, advantages };
  };

  return {
    get step() {
      return step;
    },
    train,
    evaluate: () =>
      evaluatePolicy({
        model,
        problems: options.evalProblems.slice(0, config.eval.prompts),
        completions: config.eval.completions,
        seed: config.seed,
        sampler: parts.generator,
        greedy: parts.greedy,
        score: async (entries) => (await score(judged, entries)).rewards,
      }),
    save: async () => {
      const optimizer = await parts.optimizer.save();
      const control = [...(await parts.update.readControl())];
      return { state: { step, tokens, control, optimizer: optimizer.state }, moments: optimizer.moments };
    },
    load: ({ state, moments }) => {
      step = state.step;
      tokens = state.tokens;
      parts.optimizer.load({ moments, state: state.optimizer });
      parts.update.writeControl(state.control);
    },
    describe: () => parts.update.describe(),
    destroy: () => parts.destroy(),
  };
}

function advantagesOf({ rewards, parts }: CombinedRewards, { grpo }: TrainerOptions["config"]): Float64Array {
  const options = { groupSize: grpo.completions, k: grpo.advantageK, lambda: grpo.advantageLambda };
  return advantageFunctions[grpo.advantage]({ rewards, parts, ...options });
}

function toSamples(
  entries: readonly RolloutEntry[],
  advantages: ArrayLike<number>,
  { classes, maskTruncated }: { readonly classes: readonly ArrayLike<number>[] | undefined; readonly maskTruncated: boolean },
): Sample[] {
  return entries.map(({ promptIds, completion }, i) => ({
    promptIds,
    completionIds: completion.ids,
    oldLogprobs: completion.logprobs,
    advantage: advantages[i]!,
    ...(classes && { classes: classes[i]! }),
    ...(maskTruncated && completion.finishReason === "length" && { isMasked: true }),
  }));
}

/** Adds the reference policy's log-probabilities, and with truncated importance sampling what the trainer itself makes of the tokens. */
async function scoreAgain(
  { reference, policy }: Pick<Parts, "reference" | "policy">,
  drawn: readonly Sample[],
  config: TrainerOptions["config"],
  { bySequence = false }: PolicyLoss,
): Promise<{ samples: readonly Sample[]; gap: SamplerGap | undefined }> {
  const { tis } = config.grpo;
  const known = reference && (await tokenLogprobs(reference, drawn, config));
  const compared = known ? drawn.map((sample, i) => ({ ...sample, referenceLogprobs: known[i]! })) : drawn;
  if (!policy || tis === null) return { samples: compared, gap: undefined };
  const own = await tokenLogprobs(policy, drawn, config);
  const samples = withImportance(compared, own, { bound: tis, bySequence });
  return { samples, gap: samplerGap(compared, own) };
}

/** The log-probabilities that a model gives the completion tokens of each sample. */
async function tokenLogprobs(scorer: Scorer, samples: readonly Sample[], config: TrainerOptions["config"]): Promise<Float32Array[]> {
  const scored: Float32Array[] = [];
  for (const group of microBatches(samples, config.grpo.microBatchRows)) {
    const { logprobs } = await scorer.score(packed(group, totalsOf(samples), config));
    let row = 0;
    for (const sample of group) {
      const begin = row + sample.promptIds.length - 1;
      scored.push(logprobs.slice(begin, begin + sample.completionIds.length));
      row = begin + sample.completionIds.length;
    }
  }
  return scored;
}

function packed(group: readonly Sample[], totals: StepTotals, { grpo }: TrainerOptions["config"]): ReturnType<typeof packBatch> {
  return packBatch(group, totals, { aggregate: grpo.aggregate, maxLength: grpo.maxNewTokens });
}

/** One optimiser step after another on the same samples; the controller moves once in each. */
async function updatePolicy(
  update: PolicyUpdate,
  samples: readonly Sample[],
  totals: StepTotals,
  sampled: Measured,
  config: TrainerOptions["config"] & { readonly step: number },
): Promise<Awaited<ReturnType<PolicyUpdate["step"]>>[]> {
  const batches = microBatches(samples, config.grpo.microBatchRows).map((group) => packed(group, totals, config));
  const results: Awaited<ReturnType<PolicyUpdate["step"]>>[] = [];
  for (let i = 0; i < config.grpo.updatesPerRollout; i += 1) {
    const measured = results.at(-1)?.measured ?? sampled;
    // From 1: the sampler's random numbers are those of 0.
    const draw = config.step * config.grpo.updatesPerRollout + i + 1;
    results.push(await update.step(batches, config.grpo.learningRate, measured, draw));
  }
  return results;
}
