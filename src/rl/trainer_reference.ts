import { ConfigError } from "../options/problems.ts";
import type { Run } from "./run.ts";
import { longestPrompt } from "./sampling/sampler_for.ts";
import type { TrainerState } from "./trainer_state.ts";

/** Refuses a model that cannot be the reference of another. @throws ConfigError */
export function checkReferenceModel({ model, reference }: Pick<Run, "model" | "reference">): void {
  if (!reference) return;
  if (reference.placed === model.placed) {
    throw new ConfigError([
      "reference is the model that is trained, and would change with it; give it a copy: reference: await model.clone()",
    ]);
  }
  const [its, own] = [reference.module.vocabSize, model.module.vocabSize];
  if (its === own) return;
  throw new ConfigError([
    `the reference has a vocabulary of ${its} tokens, and the model one of ${own}; give the model that the run began with`,
  ]);
}

/**
 * Refuses a reference that cannot score the run's samples, or that cannot take the model's parameters where the run resets it.
 * @throws ConfigError
 */
export function checkReferenceFits(run: Pick<Run, "model" | "reference" | "config" | "trainProblems">): void {
  const { model, reference } = run;
  if (!reference) return;
  const { maxNewTokens, referenceReset } = run.config.grpo;
  const longest = longestPrompt(model, run.trainProblems) + maxNewTokens;
  const { contextLength } = reference.module;
  if (longest > contextLength) {
    const fact = `the reference takes sequences of ${contextLength} tokens, and the longest prompt with grpo.maxNewTokens has ${longest}`;
    throw new ConfigError([`${fact}; shorten the prompts or maxNewTokens, or give a reference of a longer context`]);
  }
  if (referenceReset === 0) return;
  const [own, its] = [model, reference].map(({ placed }) =>
    placed.placements.map(({ name, parameter }) => `${name} [${parameter.shape.join(", ")}]`),
  ) as [string[], string[]];
  const at = Array.from({ length: Math.max(own.length, its.length) }, (_, i) => i).find((i) => own[i] !== its[i]);
  if (at === undefined) return;
  const others = `it has ${its[at] ?? "nothing"} where the model has ${own[at] ?? "nothing"}`;
  throw new ConfigError([
    `grpo.referenceReset is ${referenceReset}, which copies the model's parameters onto the reference, and ${others}; give a reference of the model's architecture, or referenceReset 0`,
  ]);
}

/**
 * Refuses a saved state whose divergence would silently be measured against the policy of a checkpoint: a trainer that is given no reference
 * takes the model as it finds it, which is the starting policy only where the trainer has taken the run's steps itself.
 * @throws ConfigError
 */
export function requireReference(
  { model, config, reference }: Pick<Run, "model" | "config" | "reference">,
  { step, referenceStep }: Pick<TrainerState, "step" | "referenceStep">,
  ownSteps: number,
): void {
  const { beta } = config.grpo;
  const isKnown = reference !== undefined || model.adapter !== undefined || referenceStep !== undefined || ownSteps > 0;
  if (beta === 0 || step === 0 || isKnown) return;
  throw new ConfigError([
    `grpo.beta is ${beta}, which measures against the policy that the run of the saved state began with, ${step} steps ago; give that model to the trainer as its reference`,
  ]);
}
