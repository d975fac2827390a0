import { z } from "zod";
import type { SavedControl } from "../control/index.ts";
import type { Module } from "../nn/module.ts";
import { CONTROL, LOOP } from "../ops/records.ts";
import { decimal, list, whole } from "../options/schema.ts";
import type { SavedSolved } from "./evaluation/solved.ts";
import { type SavedGroup, savedGroup } from "./sampling/replay_state.ts";
import { checkMoments, optimizerState, parseState, type SavedMoments } from "./saved_moments.ts";

/** What a run needs, beside its parameters and the optimiser's moments, to go on exactly as if it had never stopped. */
export interface TrainerState {
  readonly step: number;
  readonly tokens: number;
  readonly control: SavedControl;
  /** Which problems were solved so far; absent in checkpoints of older releases. */
  readonly solved?: SavedSolved | undefined;
  /** The record OPTIMIZER_STATE. */
  readonly optimizer: readonly number[];
  /** The step at which the policy last became the reference; absent where the reference is the starting policy. */
  readonly referenceStep?: number | undefined;
  /** Groups that are kept for replay; absent where none are. */
  readonly replay?: readonly SavedGroup[] | undefined;
}

/** A training state with the moments of the optimiser by name and, where resets have changed it, the reference policy. */
export interface SavedTrainer {
  readonly state: TrainerState;
  readonly moments: SavedMoments;
}

/** What names of the reference's tensors begin with, beside those of the moments. */
export const REFERENCE = "reference";

const count = () => whole({ min: 0 });

/** Fields that the first checkpoints of this version lack. 0 goes on as those runs did. */
const LATER: readonly string[] = ["released", "signal", "has_signal", "signals", "signal_start", "mistakes"];

/** A record with exactly its fields, all finite numbers. */
function record<Field extends string>({ fields }: { readonly fields: readonly Field[] }) {
  const value = (field: Field): z.ZodType<number> => (LATER.includes(field) ? decimal().default(0) : decimal());
  const shape = Object.fromEntries(fields.map((field) => [field, value(field)])) as Record<Field, z.ZodType<number>>;
  return z.strictObject(shape, { error: `a mapping with the keys ${fields.join(", ")}` });
}

const SOLVED_ALLOWED = "a mapping with the keys heldOut, seen, everSolved, solved";

const digits = () => z.string({ error: "hexadecimal digits" }).regex(/^[0-9a-f]*$/, { error: "hexadecimal digits" });

const name = () => z.string({ error: "a name" });

const stateSchema = z.strictObject(
  {
    step: count(),
    tokens: count(),
    control: z.strictObject(
      {
        controller: name(),
        classes: list(name(), "a list of names"),
        control: record(CONTROL),
        loops: list(record(LOOP), "a list").min(1),
      },
      { error: "a mapping with the keys controller, classes, control, loops" },
    ),
    solved: z
      .strictObject({ heldOut: digits(), seen: digits(), everSolved: digits(), solved: digits() }, { error: SOLVED_ALLOWED })
      .optional(),
    optimizer: optimizerState(),
    referenceStep: whole({ min: 1 }).optional(),
    replay: list(savedGroup, "a list of groups").optional(),
  },
  { error: "a mapping with the keys step, tokens, control, solved, optimizer, referenceStep, replay" },
);

/** The state that a checkpoint holds. @throws ConfigError with the first field that is missing, unknown or out of range */
export function parseTrainerState(state: unknown): TrainerState {
  return parseState(stateSchema, state);
}

/** @throws ConfigError, EngineError where a saved state cannot be the one of a trainer of this module */
export function checkSavedTrainer({ state, moments }: SavedTrainer, module: Module): void {
  parseTrainerState(state);
  checkMoments(moments, module, ["first", "second", ...(state.referenceStep === undefined ? [] : [REFERENCE])]);
}
