import type { BenchCase } from "../harness.ts";
import { generationCases } from "./generation.ts";
import { grpoStepCase } from "./grpo_step.ts";
import { trainingStepCases } from "./training_step.ts";

/** What users wait for, from the host's call to its result, in tokens a second. */
export const pathCases: readonly BenchCase[] = [...trainingStepCases, ...generationCases, grpoStepCase];
