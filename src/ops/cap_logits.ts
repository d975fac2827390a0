import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { elementsOf } from "./elements.ts";
import { requireSoftCap } from "./soft_cap.ts";

/** logits [N, V] become cap tanh(logits / cap), in place. */
export const capLogitsOp = defineOp<{ logits: Tensor }, "logits", { readonly cap: number }>({
  name: "cap_logits",
  shape: ({ logits }, { cap }) => {
    requireSoftCap("cap_logits", cap);
    return { logits: { inPlaceOf: logits } };
  },
  forward: ({ outputs: { logits }, attributes: { cap } }) => {
    const { variant, count } = elementsOf(logits.shape);
    const workgroups = ceilDivide(count, 64);
    return [{ kernel: "policy/cap_logits", variant, bindings: { logits }, parameters: { count, cap }, workgroups }];
  },
});

/** Keeps logits [N, V] between -cap and cap in place, as Gemma 2 does: cap tanh(logits / cap). `logitsGradient` takes the same cap. @throws EngineError for no cap above 0 */
export function capLogits(logits: Tensor, cap: number): Tensor {
  return capLogitsOp({ logits }, { cap }).logits;
}
