import type { Controller } from "../control/index.ts";
import type { PolicyLoss } from "../loss/index.ts";
import { claimWeights } from "../nn/half_weights.ts";
import { createAdamW } from "../optim/adamw.ts";
import { createSampler, type Sampler } from "../policy/sampler.ts";
import { createScorer, type Scorer } from "../policy/score.ts";
import { createPolicyUpdate, type PolicyUpdate } from "../policy/update.ts";
import type { PolicyModel } from "./model.ts";
import type { TrainerOptions } from "./trainer.ts";

/** What a trainer builds once and uses in every step. */
export interface Parts {
  readonly generator: Sampler;
  readonly greedy: Sampler;
  readonly update: PolicyUpdate;
  readonly optimizer: ReturnType<typeof createAdamW>;
  readonly reference: Scorer | undefined;
  /** The policy as it is before a rollout's first update. */
  readonly policy: Scorer | undefined;
  destroy(): void;
}

/** Sequences generated at once: more run faster together, but each holds a key-value cache. */
const MOST_SEQUENCES = 512;

export async function createParts(
  options: TrainerOptions & { readonly controller: Controller; readonly loss: PolicyLoss },
): Promise<Parts> {
  const { device, model, config } = options;
  const { grpo } = config;
  const { gate, tau, alphaNorm } = config.entropy;
  const claim = await claimWeights(model.placed, grpo.weights);
  const prompts = [...options.trainProblems, ...options.evalProblems].map(({ prompt }) => model.tokenizer.encode(prompt).length);
  const longestPrompt = prompts.reduce((a, b) => Math.max(a, b), 1);
  const maxLength = longestPrompt + grpo.maxNewTokens;
  const stopTokens = model.tokenizer.encode(options.stop, { specialTokens: false }).slice(0, 1);
  const generatorOf = (sequences: number, temperature: number, sampling: { topK: number; topP: number }): Promise<Sampler> =>
    createSampler({
      device,
      model: model.module,
      sequences,
      promptRows: sequences * longestPrompt,
      maxLength,
      maxNewTokens: grpo.maxNewTokens,
      sampling: { temperature, ...sampling },
      stopTokens,
    });
  const generator = await generatorOf(Math.min(MOST_SEQUENCES, grpo.prompts * grpo.completions), grpo.temperature, grpo);
  const greedy = await generatorOf(Math.min(MOST_SEQUENCES, config.eval.prompts), 0, { topK: 0, topP: 1 });
  const optimizer = createAdamW(model.placed, {
    betas: [0.9, 0.95],
    eps: 1e-8,
    weightDecay: grpo.weightDecay,
    maxGradNorm: grpo.maxGradNorm,
  });
  const rows = Math.max(Math.min(grpo.microBatchRows, grpo.prompts * grpo.completions * (maxLength - 1)), maxLength - 1);
  const update = await createPolicyUpdate({
    device,
    model: model.module,
    optimizer,
    controller: options.controller,
    loss: { ...grpo, gate, tau, alphaNorm, loss: options.loss },
    rows,
    sequences: grpo.prompts * grpo.completions,
    activations: grpo.activations,
    seed: config.seed,
  });
  const referenceModel = grpo.beta > 0 ? (options.reference ?? (await model.clone())) : undefined;
  const referenceClaim = referenceModel && (await claimWeights(referenceModel.placed, grpo.weights));
  const scorerOf = (module: PolicyModel["module"]): Promise<Scorer> =>
    createScorer({ device, model: module, rows, temperature: grpo.temperature });
  const reference = referenceModel && (await scorerOf(referenceModel.module));
  const policy = grpo.tis === null ? undefined : await scorerOf(model.module);
  return {
    generator,
    greedy,
    update,
    optimizer,
    reference,
    policy,
    destroy: () => {
      for (const part of [generator, greedy, update, optimizer, reference, policy]) part?.destroy();
      claim.release();
      referenceClaim?.release();
    },
  };
}
