import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Dispatch } from "../graph/trace.ts";
import { defineOp } from "./define.ts";
import { type GateOptions, gateParameters } from "./gate.ts";
import { checkTokenShapes, REDUCE_ROWS } from "./token_inputs.ts";

export interface EntropyReduceOptions extends GateOptions {
  /** false: leave `entropy` as it is, because a controller has acted on it already. Default true. */
  readonly writeEntropy?: boolean;
}

type In = { statistics: Tensor; token_inputs: Tensor; control: Tensor };

/** statistics [N, 4], token_inputs [N, 6], control [16] in place: mean entropy, token count, gated count and fraction. */
export const entropyReduceOp = defineOp<In, "partial" | "control", EntropyReduceOptions>({
  name: "entropy_reduce",
  shape: (inputs) => {
    checkTokenShapes("entropy_reduce", inputs);
    return { partial: { shape: [ceilDivide(inputs.statistics.shape[0]!, REDUCE_ROWS), 4] }, control: { inPlaceOf: inputs.control } };
  },
  forward: ({ inputs: { statistics, token_inputs }, outputs: { partial, control }, attributes }): Dispatch[] => {
    const rows = statistics.shape[0]!;
    const blocks = ceilDivide(rows, REDUCE_ROWS);
    return [
      {
        kernel: "policy/entropy_reduce_partial",
        bindings: { statistics, token_inputs, partial },
        parameters: { rows, block_rows: REDUCE_ROWS, ...gateParameters(attributes) },
        workgroups: blocks,
      },
      {
        kernel: "policy/entropy_reduce",
        bindings: { partial, control },
        parameters: { blocks, write_entropy: attributes.writeEntropy === false ? 0 : 1 },
        workgroups: 1,
      },
    ];
  },
});

/** Reduces the response tokens' entropies and gates into the control buffer, in a fixed order. Returns the control buffer. */
export function entropyReduce(statistics: Tensor, tokenInputs: Tensor, control: Tensor, options: EntropyReduceOptions): Tensor {
  return entropyReduceOp({ statistics, token_inputs: tokenInputs, control }, options).control;
}
