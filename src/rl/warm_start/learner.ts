import type { Device } from "../../gpu/device.ts";
import { explained } from "../../gpu/explain.ts";
import { build, type Own } from "../../gpu/parts.ts";
import { claimWeights } from "../../nn/half_weights.ts";
import { assertOnDevice } from "../../nn/on_device.ts";
import { ADAMW_DEFAULTS, type AdamW, createAdamW } from "../../optim/adamw.ts";
import { createScorer } from "../../policy/score.ts";
import { createSupervisedUpdate, type SupervisedResult } from "../../policy/supervised.ts";
import type { SftConfig } from "../config/index.ts";
import { type Evaluation, evaluatePolicy } from "../evaluation/evaluate.ts";
import { microBatches, packBatch, type Sample, totalsOf } from "../learning/micro_batches.ts";
import { updateMemory } from "../memory/update_memory.ts";
import type { PolicyModel } from "../model.ts";
import { FULL_DISTRIBUTION, longestPrompt, samplerFor } from "../sampling/sampler_for.ts";
import type { Lessons } from "./lessons.ts";

/** What is learned by what, on a device. */
export interface LearnerOptions {
  readonly device: Device;
  readonly model: PolicyModel;
  readonly lessons: Lessons;
  readonly config: Pick<SftConfig, "sft" | "eval" | "seed">;
  /** Sequences sampled at a time in evaluations. */
  readonly sequencesAtOnce: number;
}

/** What one step learned, and what to do where it was skipped. */
export interface Learned extends SupervisedResult {
  readonly explain: (place: string) => Promise<string | undefined>;
}

export interface Learner {
  learn(samples: readonly Sample[], learningRate: number): Promise<Learned>;
  /** Mean cross-entropy over the completion tokens of held-out examples, in nats a token; undefined where there are none. */
  heldOutLoss(): Promise<number | undefined>;
  /** Samples and scores; undefined where nothing scores. */
  evaluate(): Promise<Evaluation | undefined>;
  readonly optimizer: Pick<AdamW, "store" | "load">;
  destroy(): void;
}

/** Plans the steps of a warm start and its measurements. */
export function createLearner(options: LearnerOptions): Promise<Learner> {
  return build((own) => buildLearner(options, own));
}

async function buildLearner(options: LearnerOptions, own: Own): Promise<Omit<Learner, "destroy">> {
  const { device, model, lessons, config } = options;
  const { sft } = config;
  assertOnDevice(device, model.module, "the warm start");
  const claim = await claimWeights(model.placed, sft.weights);
  own({ destroy: claim.release });
  const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...sft }));
  const { maxRows } = lessons;
  const longest = sft.batch * maxRows;
  const rows = Math.max(maxRows, Math.min(sft.microBatchRows ?? longest, longest));
  const memory = { ...updateMemory(sft), mayTakeSeveral: rows < longest };
  const update = own(await createSupervisedUpdate({ device, model: model.module, optimizer, rows, ...memory }));
  const batchesOf = (samples: readonly Sample[]) => {
    const [totals, packing] = [totalsOf(samples), { aggregate: "token-mean", maxLength: maxRows } as const];
    return microBatches(samples, rows).map((group) => packBatch(group, totals, packing));
  };
  const heldOutLoss = await measureLoss({ ...options, rows }, own);
  const exam = await holdExam(options, own);
  return {
    learn: async (samples, learningRate) => {
      const batches = batchesOf(samples);
      const learned = await explained(device, "a step of the warm start", () => update.step(batches, learningRate));
      return { ...learned, explain: (place) => update.explainSkipped(batches, place) };
    },
    heldOutLoss: () => explained(device, "the loss of held-out examples", heldOutLoss),
    evaluate: () => explained(device, "an evaluation", exam),
    optimizer,
  };
}

async function measureLoss(
  { device, model, lessons, config, rows }: LearnerOptions & { readonly rows: number },
  own: Own,
): Promise<() => Promise<number | undefined>> {
  const { heldOut, maxRows } = lessons;
  if (heldOut.length === 0) return async () => undefined;
  const { chunkBytes } = updateMemory(config.sft);
  const scorer = own(await createScorer({ device, model: model.module, rows, temperature: 1, chunkBytes }));
  const totals = totalsOf(heldOut);
  return async () => {
    let sum = 0;
    for (const samples of microBatches(heldOut, rows)) {
      const batch = packBatch(samples, totals, { aggregate: "token-mean", maxLength: maxRows });
      const { logprobs } = await scorer.score(batch);
      samples.forEach(({ completionIds }, s) => {
        const first = batch.responses[s]!;
        for (let token = 0; token < completionIds.length; token += 1) sum -= logprobs[first + token]!;
      });
    }
    return sum / totals.responseTokens;
  };
}

async function holdExam(
  { device, model, lessons: { exam }, config, sequencesAtOnce }: LearnerOptions,
  own: Own,
): Promise<() => Promise<Evaluation | undefined>> {
  if (!exam) return async () => undefined;
  const { problems, maxNewTokens, stop, score } = exam;
  const { completions } = config.eval;
  const sampler = own(
    await samplerFor({
      ...{ device, model, sequencesAtOnce, maxNewTokens, stop },
      longestPrompt: longestPrompt(model, problems),
      completions: problems.length * completions,
      perPrompt: completions,
      sampling: { temperature: 1, ...FULL_DISTRIBUTION },
    }),
  );
  return () => evaluatePolicy({ model, problems, completions, seed: config.seed, sampler, score });
}
