import { CONTROL_FIELDS, controlIndex } from "./contract.ts";

/**
 * A feedback loop, one f32 each, in the order of `struct Loop` in shaders/lib/loop.wgsl, which says what each is. The state of a controller
 * with loops is the control buffer and one loop behind the other: one for all tokens, or one a class.
 */
export const LOOP_FIELDS = [
  "alpha",
  "entropy",
  "token_count",
  "batch_entropy",
  "error",
  "integral",
  "target",
  "saturated",
  "kp",
  "ki",
  "authority",
  "steps",
  "rho",
  "anchor",
  "held",
  "held_alpha",
  "previous_entropy",
  "sum_square",
  "sum_product",
] as const;

export type LoopField = (typeof LOOP_FIELDS)[number];
export type Loop = Readonly<Record<LoopField, number>>;

/** A loop in which everything is 0 but the given fields. */
export function newLoop(fields: Partial<Loop>): Loop {
  return Object.fromEntries(LOOP_FIELDS.map((field) => [field, fields[field] ?? 0])) as Loop;
}

/** The loops behind the control buffer; none where the state is the control buffer alone. */
export function readLoops(state: ArrayLike<number>): Loop[] {
  const count = (state.length - CONTROL_FIELDS.length) / LOOP_FIELDS.length;
  return Array.from({ length: count }, (_, i) => {
    const begin = CONTROL_FIELDS.length + i * LOOP_FIELDS.length;
    return Object.fromEntries(LOOP_FIELDS.map((field, j) => [field, state[begin + j]!])) as Loop;
  });
}

/** The state with these loops behind its control buffer. */
export function withLoops(state: ArrayLike<number>, loops: readonly Loop[]): number[] {
  const control = Array.from({ length: CONTROL_FIELDS.length }, (_, i) => state[i]!);
  return [...control, ...loops.flatMap((loop) => LOOP_FIELDS.map((field) => loop[field]))];
}

/** Where a field of a loop lies in the state, in floats. */
export function loopIndex(loop: number, field: LoopField): number {
  return CONTROL_FIELDS.length + loop * LOOP_FIELDS.length + LOOP_FIELDS.indexOf(field);
}

/** What a batch tells a controller: the mean entropy of its tokens and, where it controls classes, of each class; not finite: it has none. */
export interface Measured {
  readonly entropy: number;
  readonly classes?: readonly { readonly entropy: number; readonly tokens: number }[];
}

/** The state with what a batch tells it, as the reductions on the GPU write it. */
export function measure(state: ArrayLike<number>, { entropy, classes = [] }: Measured): number[] {
  const told = Array.from(state);
  told[controlIndex("entropy")] = entropy;
  classes.forEach(({ entropy: own, tokens }, i) => {
    const some = Number.isFinite(own) && tokens > 0;
    told[loopIndex(i, "token_count")] = some ? tokens : 0;
    if (some) told[loopIndex(i, "entropy")] = own;
  });
  return told;
}
