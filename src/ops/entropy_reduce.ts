import { ceilDivide } from "../graph/scalar.ts";
import { elementsAtCapacity, type Tensor } from "../graph/tensor.ts";
import type { Dispatch } from "../graph/trace.ts";
import { loopCount } from "./control_state.ts";
import { defineOp, shapeError } from "./define.ts";
import { type GateOptions, gateParameters } from "./gate.ts";
import { ENTROPY_SUMS } from "./records.ts";
import { checkTokenShapes, REDUCE_ROWS } from "./token_inputs.ts";

/** Attributes of the op that measures the mean entropy. */
export interface EntropyReduceOptions extends GateOptions {
  /** false: these tokens are a part of a batch whose entropies and counts the state holds already, and keeps. Default true. */
  readonly wholeBatch?: boolean;
}

type In = { statistics: Tensor; token_inputs: Tensor; control: Tensor; silent_sums?: Tensor | undefined };

/**
 * statistics [N, 4], token_inputs [N, 6], control in place: mean entropies and counts, of all tokens and of each class. silent_sums [G, 2]:
 * the sum of entropies and the number of each class's tokens that have no row and count too.
 */
export const entropyReduceOp = defineOp<In, "partial" | "control", EntropyReduceOptions>({
  name: "entropy_reduce",
  shape: (inputs) => {
    checkTokenShapes("entropy_reduce", inputs);
    const blocks = ceilDivide(inputs.statistics.shape[0]!, REDUCE_ROWS);
    const classes = loopCount("entropy_reduce", inputs);
    if (inputs.silent_sums && elementsAtCapacity(inputs.silent_sums.shape) !== 2 * classes) {
      throw shapeError("entropy_reduce", inputs, `silent_sums [${classes}, 2]`);
    }
    return { partial: { shape: [classes, blocks, ENTROPY_SUMS.size] }, control: { inPlaceOf: inputs.control } };
  },
  forward: ({ inputs: { statistics, token_inputs, silent_sums }, outputs: { partial, control }, attributes }): Dispatch[] => {
    const rows = statistics.shape[0]!;
    const [classes, blocks] = [partial.shape[0]!, partial.shape[1]!];
    return [
      {
        kernel: "policy/entropy_reduce_partial",
        bindings: { statistics, token_inputs, partial },
        parameters: { rows, block_rows: REDUCE_ROWS, ...gateParameters(attributes) },
        workgroups: [blocks, classes, 1],
      },
      {
        kernel: "policy/entropy_reduce",
        variant: { conditions: { SILENT: silent_sums !== undefined } },
        bindings: { partial, ...(silent_sums && { silent_sums }), state: control },
        parameters: { blocks, whole_batch: attributes.wholeBatch === false ? 0 : 1 },
        workgroups: 1,
      },
    ];
  },
});

interface EntropyReduceInputs {
  readonly statistics: Tensor;
  readonly tokenInputs: Tensor;
  readonly control: Tensor;
  readonly silentSums?: Tensor | undefined;
}

/** Reduces the response tokens' entropies and gates into the state of entropy control, in a fixed order. Returns the state. */
export function entropyReduce(
  { statistics, tokenInputs, control, silentSums }: EntropyReduceInputs,
  options: EntropyReduceOptions,
): Tensor {
  return entropyReduceOp({ statistics, token_inputs: tokenInputs, control, silent_sums: silentSums }, options).control;
}
