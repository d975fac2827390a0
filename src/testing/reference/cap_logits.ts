import type { HostValues } from "../check_op.ts";

/** cap tanh(logits / cap). */
export function capLogitsReference({ logits }: HostValues, cap: number): { logits: Float64Array } {
  return { logits: logits!.data.map((value) => cap * Math.tanh(value / cap)) };
}
