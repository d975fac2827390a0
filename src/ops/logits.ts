import type { Tensor } from "../graph/tensor.ts";
import { wholeQuads } from "./elements.ts";

/** The length of a row of logits over a vocabulary: whole quads, so that kernels move quads whatever the vocabulary. */
export function paddedVocabulary(vocabulary: number): number {
  return wholeQuads(vocabulary);
}

/** Parameters and condition of a kernel that reads rows of logits. What lies behind the vocabulary in a row is never counted. */
export interface LogitsRows {
  readonly parameters: { readonly vocabulary: number; readonly stride: number };
  readonly conditions: Readonly<Record<"VEC4" | "PADDED", boolean>>;
}

/** Logits [N, stride] hold the vocabulary and what pads it; without a vocabulary they are [N, V]. */
export function logitsRows(logits: Tensor, vocabulary = logits.size(1)): LogitsRows {
  const stride = logits.size(1);
  if (stride !== vocabulary && stride !== paddedVocabulary(vocabulary)) {
    throw new Error(`rows of ${logits} are ${stride} long; a vocabulary of ${vocabulary} needs ${paddedVocabulary(vocabulary)}`);
  }
  return { parameters: { vocabulary, stride }, conditions: { VEC4: stride % 4 === 0, PADDED: stride !== vocabulary } };
}
