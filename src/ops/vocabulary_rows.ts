import type { KernelVariant } from "../gpu/kernel.ts";
import { ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import { logitsRows } from "./logits.ts";

/**
 * How a kernel goes over logits [N, V]: a lane takes a whole row where rows are short, else a workgroup takes a row. On a CPU neighbouring
 * lanes need not read neighbouring words, so a lane takes longer rows there.
 */
export function vocabularyRows(
  logits: Tensor,
  device: DeviceTraits,
  vocabulary?: number,
): { readonly variant: KernelVariant; readonly workgroups: Scalar } {
  const rows = logits.shape[0]!;
  const { parameters, conditions } = logitsRows(logits, vocabulary);
  const perLane = parameters.vocabulary <= (device.software ? 256 : 32);
  return {
    variant: { conditions: { ...conditions, ROW_PER_LANE: perLane } },
    workgroups: perLane ? ceilDivide(rows, device.lanes) : rows,
  };
}
