import { ceilDivide } from "../graph/scalar.ts";
import type { Dispatch } from "../graph/trace.ts";
import { elementsOf } from "./elements.ts";
import type { MatmulCall } from "./matmul_kernels.ts";

/** Kernels whose epilogue takes the activation. */
const FUSING: readonly unknown[] = ["matmul/subgroup", "matmul/tiled"];

/** The kernels of a product, with its activation in the epilogue of the last where that one can, else by a kernel of its own. */
export function withActivation(call: MatmulCall, launches: readonly Dispatch[]): readonly Dispatch[] {
  const { activation } = call.attributes;
  const last = launches.at(-1);
  if (!activation || !last) return launches;
  return [...launches.slice(0, -1), ...(FUSING.includes(last.kernel) ? [fused(call, last)] : apart(call, last))];
}

function fused({ inputs, outputs, attributes }: MatmulCall, last: Dispatch): Dispatch {
  const isBackward = attributes.activation === "gelu backward";
  return {
    ...last,
    variant: { ...last.variant, conditions: { ...last.variant?.conditions, GELU: true, BACKWARD: isBackward } },
    bindings: { ...last.bindings, ...(isBackward ? { x: inputs.x! } : { activated: outputs.activated }) },
  };
}

/** gelu backward: the product goes to `activated`, and from there by way of the slope to y. */
function apart({ inputs: { x }, outputs: { y, activated }, attributes }: MatmulCall, last: Dispatch): Dispatch[] {
  const { variant, count } = elementsOf(y.shape);
  const rest = { variant, parameters: { count }, workgroups: ceilDivide(count, 64) };
  if (attributes.activation === "gelu") return [last, { kernel: "mlp/gelu", bindings: { x: y, y: activated }, ...rest }];
  const product = { ...last, bindings: { ...last.bindings, y: activated } };
  return [product, { kernel: "mlp/gelu_backward", bindings: { x: x!, grad_y: activated, grad_x: y }, ...rest }];
}
