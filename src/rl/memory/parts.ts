import type { PolicyModel } from "../model.ts";

/** What memory is spent on, in the order of tables. */
export const PARTS = {
  parameters: "trained parameters",
  adapters: "adapters",
  frozen16: "frozen parameters in 16 bits",
  frozen32: "frozen parameters in 32 bits",
  tables: "tables",
  halves: "16-bit copies of the weights",
  reference: "reference model",
  gradients: "gradients",
  moments: "moments",
  activations: "activations",
  logits: "logits",
  cache: "key-value cache",
  staging: "inputs, results and staging",
  passing: "for a while: saving, trials",
} as const;

export type Part = keyof typeof PARTS;

/** The part of a buffer that belongs to a model itself, by its label. */
export function partOfModel(label: string, model: Pick<PolicyModel, "adapter" | "placed">): Part {
  if (/^parameters \d+ /.test(label)) return model.adapter ? "adapters" : "parameters";
  const [, name] = /^frozen (\S+)/.exec(label) ?? [];
  if (name === undefined) return "tables";
  const isWide = model.placed.frozen.some((frozen) => frozen.name === name && frozen.pieces[0]?.dtype === "f32");
  return isWide ? "frozen32" : "frozen16";
}

/** The part of a buffer that is made for training or sampling, by its label; `head` is the name of the matrix that makes logits. */
export function partOf(label: string, head: string): Part {
  if (label.includes(" slot ")) return label.includes(`(matmul ${head}.`) || label.includes(`(matmul ${head} `) ? "logits" : "activations";
  const known = LABELS.find(([pattern]) => pattern.test(label));
  return known?.[1] ?? "staging";
}

const LABELS: readonly (readonly [pattern: RegExp, part: Part])[] = [
  [/^(keys|values) \d/, "cache"],
  [/^half /, "halves"],
  [/^gradients /, "gradients"],
  [/^(first|second) moments |^optimizer state/, "moments"],
];

/** The bytes of all weights. */
export function weightsOf(parts: Readonly<Record<Part, number>>): number {
  return parts.parameters + parts.adapters + parts.frozen16 + parts.frozen32 + parts.tables;
}
