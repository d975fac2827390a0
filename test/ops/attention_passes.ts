import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { packRows } from "../../src/nn/rows.ts";
import {
  type CausalAttentionAttributes as Attributes,
  causalAttentionBackwardOp,
  causalAttentionOp,
  type OperandSharing,
} from "../../src/ops/causal_attention.ts";
import { packedWidth } from "../../src/ops/heads.ts";
import { packedSequences } from "../../src/testing/ops/causal_attention.ts";
import { normal } from "../../src/testing/values.ts";

/** The output of causal_attention and the gradient of qkv. */
export async function bothPasses(
  device: Device,
  lengths: readonly number[],
  { layout, ...kernels }: Attributes,
  values: { readonly qkv: ArrayLike<number>; readonly grad: ArrayLike<number> },
): Promise<[out: Float32Array, grad: Float32Array]> {
  const { rows, sequence_start, sequence_end } = packedSequences(lengths);
  const inputs = {
    qkv: Float32Array.from(values.qkv),
    grad: Float32Array.from(values.grad),
    start: Uint32Array.from(sequence_start.data),
    end: Uint32Array.from(sequence_end.data),
    ...(kernels.window === undefined ? {} : { places: packRows(lengths).positions }),
  };
  const trace = (): Tensor[] => {
    const qkv = input("qkv", [rows, packedWidth(layout)]);
    const positions = kernels.window === undefined ? undefined : input("places", [rows], "u32");
    const attended = { qkv, sequence_start: input("start", [rows], "u32"), sequence_end: input("end", [rows], "u32"), positions };
    const forward = causalAttentionOp(attended, { layout, ...kernels });
    const saved = { ...attended, ...forward, grad_out: input("grad", [rows, layout.heads * layout.headDim]) };
    return [forward.out, causalAttentionBackwardOp(saved, { layout, ...kernels }).grad_qkv];
  };
  return (await evaluate(device, trace, { inputs })) as [Float32Array, Float32Array];
}

/** Tests that the sequences packed around one change no bit of it. */
export function testRowsApart(device: Device, sharing: OperandSharing, window?: number): void {
  test(`by ${sharing}${window ? ` with a window of ${window}` : ""}, a row does not depend, to the bit, on the sequences packed around it, nor do its gradients`, async () => {
    const headDim = window ? 4 : 8; // as in a case above, so that no kernel is compiled for this alone
    const layout = { heads: 1, keyValueHeads: 1, headDim };
    const [columns, outColumns] = [packedWidth(layout), headDim];
    const length = 45;
    const own = { qkv: normal([length, columns], 3).data, grad: normal([length, outColumns], 4).data };
    const run = async (before: number, behind: number): Promise<Float32Array[]> => {
      const lengths = [before, length, behind].filter((rows) => rows > 0);
      const rows = before + length + behind;
      const qkv = normal([rows, columns], 5).data;
      const grad = normal([rows, outColumns], 6).data;
      qkv.set(own.qkv, before * columns);
      grad.set(own.grad, before * outColumns);
      const [out, gradient] = await bothPasses(device, lengths, { layout, sharing, window }, { qkv, grad });
      const rowsOf = (all: Float32Array, width: number): Float32Array => all.slice(before * width, (before + length) * width);
      return [rowsOf(out, outColumns), rowsOf(gradient, columns)];
    };
    const alone = await run(0, 0);
    assert.deepEqual(await run(3, 9), alone);
    assert.deepEqual(await run(70, 1), alone);
  });
}
