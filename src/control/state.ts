import { CONTROL, LOOP } from "../ops/records.ts";

export type ControlField = (typeof CONTROL.fields)[number];
export type LoopField = (typeof LOOP.fields)[number];
/** The numbers of a controller that all tokens have in common, by name. */
export type Control = Readonly<Record<ControlField, number>>;
/** The numbers of a feedback loop for all tokens or for one class of them, by name. */
export type Loop = Readonly<Record<LoopField, number>>;

/** What a controller knows and tells the loss, by name: `struct ControlState` in shaders/lib/control.wgsl. */
export interface ControlState {
  readonly control: Control;
  /** One loop for all tokens, or one for each class of tokens. */
  readonly loops: readonly Loop[];
}

/** A state in which both scales are 1 and everything else is 0, except the given fields. */
export function initialState(given: { readonly control?: Partial<Control>; readonly loops?: readonly Partial<Loop>[] } = {}): ControlState {
  return {
    control: CONTROL.read(CONTROL.pack({ positive_scale: 1, negative_scale: 1, ...given.control })),
    loops: (given.loops ?? [{}]).map((loop) => LOOP.read(LOOP.pack(loop))),
  };
}

/** Whether the batch measured a loop: it had tokens of it, and a finite entropy. Any other loop should stay as it is. */
export function isMeasured({ token_count, entropy }: Loop): boolean {
  return token_count > 0 && Number.isFinite(entropy);
}

/** The state after every loop that the batch measured has taken a step. */
export function stepLoops({ control, loops }: ControlState, step: (loop: Loop) => Loop): ControlState {
  return { control, loops: loops.map((loop) => (isMeasured(loop) ? step(loop) : loop)) };
}

/** The floats of a state, as the GPU holds them. */
export function packState({ control, loops }: ControlState): number[] {
  return [...CONTROL.pack(control), ...loops.flatMap(LOOP.pack)];
}

export function readState(floats: ArrayLike<number>): ControlState {
  const count = (floats.length - CONTROL.fields.length) / LOOP.fields.length;
  return { control: CONTROL.read(floats), loops: Array.from({ length: count }, (_, i) => LOOP.read(floats, beginOf(i))) };
}

function beginOf(loop: number): number {
  return CONTROL.fields.length + loop * LOOP.fields.length;
}

/** What a float of a state is called: "entropy", or "alpha of loop 1". */
export function nameOfFloat(index: number): string {
  const behind = index - CONTROL.fields.length;
  if (behind < 0) return CONTROL.fields[index]!;
  return `${LOOP.fields[behind % LOOP.fields.length]} of loop ${Math.floor(behind / LOOP.fields.length)}`;
}

/** What a batch tells a controller: the mean entropy of each loop's tokens, in nats, and their number. */
export type Measured = readonly { readonly entropy: number; readonly tokens: number }[];

/** Some fields of a state: what the host sets in it before a step. */
export interface SetFields {
  readonly control?: Partial<Control>;
  /** One for each loop. */
  readonly loops?: readonly Partial<Loop>[];
}

/** The floats that such fields are, by index. */
export function floatsOf({ control = {}, loops = [] }: SetFields): [index: number, value: number][] {
  const whole = Object.entries(control).map(([field, value]): [number, number] => [CONTROL.index(field as ControlField), value]);
  const own = loops.flatMap((loop, i) =>
    Object.entries(loop).map(([field, value]): [number, number] => [beginOf(i) + LOOP.index(field as LoopField), value]),
  );
  return [...whole, ...own];
}

/** The state with such fields set. */
export function setFields(state: ControlState, fields: SetFields): ControlState {
  return withFloats(state, floatsOf(fields));
}

/** The floats of a state that a batch sets, by index: what entropy_reduce writes on the GPU. `gated` counts the tokens that a gate lets through. */
export function measuredFloats(measured: Measured, gated?: number): [index: number, value: number][] {
  const told = measured.flatMap(({ entropy, tokens }, i): [number, number][] => [
    [beginOf(i) + LOOP.index("token_count"), tokens],
    ...(tokens > 0 ? ([[beginOf(i) + LOOP.index("entropy"), entropy]] as [number, number][]) : []),
  ]);
  const mean = weightedMean(measured.map(({ entropy, tokens }) => [entropy, tokens]));
  const count = measured.reduce((sum, { tokens }) => sum + tokens, 0);
  const whole = {
    entropy: mean,
    token_count: count,
    ...(gated !== undefined && { gated_count: gated, gated_fraction: gated / Math.max(1, count) }),
  };
  return [...floatsOf({ control: whole }), ...told];
}

/** The state after a batch has set its floats. */
export function measure(state: ControlState, measured: Measured): ControlState {
  return withFloats(state, measuredFloats(measured));
}

function withFloats(state: ControlState, changed: readonly [index: number, value: number][]): ControlState {
  const floats = packState(state);
  for (const [index, value] of changed) floats[index] = value;
  return readState(floats);
}

/** The loops as one: means weighted by the loops' tokens, and saturated where any loop is. A single loop stays exactly what it is. */
export function meanLoop(
  loops: readonly Loop[],
  tokens: readonly number[],
): Pick<Loop, "alpha" | "error" | "integral" | "target_entropy" | "saturated" | "released"> {
  // Without any token all loops count alike.
  const weights = tokens.some((count) => count > 0) ? tokens : loops.map(() => 1);
  const mean = (field: LoopField): number => weightedMean(loops.map((loop, i) => [loop[field], weights[i]!]));
  return {
    alpha: mean("alpha"),
    error: mean("error"),
    integral: mean("integral"),
    target_entropy: mean("target_entropy"),
    saturated: Math.max(...loops.map(({ saturated }) => saturated)),
    released: Math.max(...loops.map(({ released }) => released)),
  };
}

/** A running mean, which leaves a single value exactly what it was; values of weight 0 may be anything. */
function weightedMean(values: readonly (readonly [value: number, weight: number])[]): number {
  let [mean, total] = [0, 0];
  for (const [value, weight] of values) {
    if (!(weight > 0)) continue;
    total += weight;
    mean += (weight / total) * (value - mean);
  }
  return mean;
}
