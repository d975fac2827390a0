/**
 * The numbers between a controller and the loss, one f32 each, in the order of `struct Control` in shaders/lib/control.wgsl.
 * The loss reads the first four and nothing else, so that a controller can be exchanged without touching it.
 */
export const CONTROL_FIELDS = [
  /** Strength of the control term; above 0 entropy falls, below 0 it rises. */
  "alpha",
  /** Weight of an entropy bonus, beside the one in the loss's options. */
  "entropy_coefficient",
  /** Multiplies what tokens with positive (negative) advantage contribute. */
  "positive_scale",
  "negative_scale",
  /** Mean entropy of the response tokens, in nats. */
  "entropy",
  "token_count",
  /** Share of the response tokens that alpha reweights. */
  "gated_fraction",
  "gated_count",
  /** entropy - target, and the sum of earlier errors. */
  "error",
  "integral",
  "target",
  /** 1 where alpha stands at its limit. */
  "saturated",
  "private_0",
  "private_1",
  "private_2",
  "private_3",
] as const;

export type ControlField = (typeof CONTROL_FIELDS)[number];

/** Where a field lies in a control buffer, in floats. */
export function controlIndex(field: ControlField): number {
  return CONTROL_FIELDS.indexOf(field);
}

/** A control buffer in which alpha is 0 and every scale is 1, but for the given fields. */
export function initialControl(fields: Partial<Record<ControlField, number>> = {}): Float32Array {
  const values: Partial<Record<ControlField, number>> = { positive_scale: 1, negative_scale: 1, ...fields };
  return Float32Array.from(CONTROL_FIELDS, (field) => values[field] ?? 0);
}

/** Changes some fields of a control buffer's values. */
export function withFields(state: readonly number[], fields: Partial<Record<ControlField, number>>): number[] {
  return state.map((value, i) => fields[CONTROL_FIELDS[i]!] ?? value);
}
