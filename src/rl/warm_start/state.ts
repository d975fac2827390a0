import { z } from "zod";
import type { Module } from "../../nn/module.ts";
import { ConfigError } from "../../options/problems.ts";
import { decimal, whole } from "../../options/schema.ts";
import { checkMoments, optimizerState, parseState, type SavedMoments } from "../saved_moments.ts";

/** What a warm start needs, beside its parameters and the optimiser's moments, to go on exactly as if it had never stopped. */
export interface WarmStartState {
  /** Steps done. The examples of the next ones follow from it and from the seed. */
  readonly step: number;
  /** How many examples, or problems of a task, there were to learn. */
  readonly examples: number;
  /** pass@1 of the last evaluation, which may have ended the warm start; null before the first. */
  readonly passAt1: number | null;
  /** The record OPTIMIZER_STATE. */
  readonly optimizer: readonly number[];
}

/** The state of a warm start with the moments of the optimiser by name. */
export interface SavedWarmStart {
  readonly state: WarmStartState;
  readonly moments: SavedMoments;
}

const stateSchema = z.strictObject(
  { step: whole({ min: 0 }), examples: whole({ min: 1 }), passAt1: decimal({ min: 0, max: 1 }).nullable(), optimizer: optimizerState() },
  { error: "a mapping with the keys step, examples, passAt1, optimizer" },
);

/** The state that a checkpoint of a warm start holds. @throws ConfigError with the first field that is missing, unknown or out of range */
export function parseWarmStartState(state: unknown): WarmStartState {
  return parseState(stateSchema, state);
}

/** @throws ConfigError for a state of a warm start that had other examples, which the order of its steps depends on */
export function checkSameExamples({ examples }: WarmStartState, count: number): void {
  if (examples === count) return;
  throw new ConfigError([
    `the saved warm start had ${examples} examples to learn, and there are ${count} now; give it its own, or begin another from its model`,
  ]);
}

/** @throws ConfigError, EngineError where a saved state cannot be the one of a warm start of this module */
export function checkSavedWarmStart({ state, moments }: SavedWarmStart, module: Module): void {
  parseWarmStartState(state);
  checkMoments(moments, module, ["first", "second"]);
}
