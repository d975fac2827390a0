import { generationCases } from "./generation.js";
import { grpoStepCase } from "./grpo_step.js";
import { trainingStepCases } from "./training_step.js";
/** What users wait for, from the host's call to its result, in tokens a second. */
export const pathCases = [...trainingStepCases, ...generationCases, grpoStepCase];
