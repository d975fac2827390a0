import { ConfigError } from "../options/problems.ts";
import type { Run } from "./run.ts";
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
