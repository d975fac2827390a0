import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { attentionTiles } from "../../src/ops/attention_tiles.ts";
import {
  type CausalAttentionAttributes as Attributes,
  causalAttention,
  causalAttentionBackwardOp,
  causalAttentionOp,
  type OperandSharing,
} from "../../src/ops/causal_attention.ts";
import type { HeadLayout } from "../../src/ops/heads.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { causalAttentionCases, packedColumns, packedSequences } from "../../src/testing/ops/causal_attention.ts";
import { causalAttentionGradient, causalAttentionReference } from "../../src/testing/reference/causal_attention.ts";
import { normal } from "../../src/testing/values.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, causalAttentionCases);

/** The output of causal_attention and the gradient of qkv. */
async function both(
  on: Device,
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
  };
  const trace = (): Tensor[] => {
    const qkv = input("qkv", [rows, packedColumns(layout)]);
    const attended = { qkv, sequence_start: input("start", [rows], "u32"), sequence_end: input("end", [rows], "u32") };
    const forward = causalAttentionOp(attended, { layout, ...kernels });
    const saved = { ...attended, ...forward, grad_out: input("grad", [rows, layout.heads * layout.headDim]) };
    return [forward.out, causalAttentionBackwardOp(saved, { layout, ...kernels }).grad_qkv];
  };
  return (await evaluate(on, trace, { inputs })) as [Float32Array, Float32Array];
}

const SHARING: readonly OperandSharing[] = device.subgroups ? ["shuffles", "tiles"] : ["tiles"];

for (const sharing of SHARING) {
  test(`by ${sharing}, a row does not depend, to the bit, on the sequences packed around it, nor do its gradients`, async () => {
    const layout = { heads: 2, keyValueHeads: 1, headDim: 8 };
    const [columns, outColumns] = [packedColumns(layout), 16];
    const length = 45;
    const own = { qkv: normal([length, columns], 3).data, grad: normal([length, outColumns], 4).data };
    const run = async (before: number, behind: number): Promise<Float32Array[]> => {
      const lengths = [before, length, behind].filter((rows) => rows > 0);
      const rows = before + length + behind;
      const qkv = normal([rows, columns], 5).data;
      const grad = normal([rows, outColumns], 6).data;
      qkv.set(own.qkv, before * columns);
      grad.set(own.grad, before * outColumns);
      const [out, gradient] = await both(device, lengths, { layout, sharing }, { qkv, grad });
      const rowsOf = (all: Float32Array, width: number): Float32Array => all.slice(before * width, (before + length) * width);
      return [rowsOf(out, outColumns), rowsOf(gradient, columns)];
    };
    const alone = await run(0, 0);
    assert.deepEqual(await run(3, 9), alone);
    assert.deepEqual(await run(70, 1), alone);
  });
}

/** Many blocks, rows of several sequences in a tile, and heads of one slice and of two, which finite differences would take too long for. */
for (const { lengths, layout } of [
  { lengths: [70, 1, 3, 45], layout: { heads: 2, keyValueHeads: 1, headDim: 64 } },
  { lengths: [40, 9], layout: { heads: 1, keyValueHeads: 1, headDim: 128 } },
  { lengths: [2, 3, 1, 1, 4, 2, 6, 1, 1, 2, 5, 3, 2, 2, 1, 1, 3], layout: { heads: 1, keyValueHeads: 1, headDim: 8 } },
]) {
  test(`tiles of every size give the same bits, and those in double precision: sequences of ${lengths}, heads of ${layout.headDim}`, async () => {
    const { rows, ...structure } = packedSequences(lengths);
    const values = { qkv: normal([rows, packedColumns(layout)], 7), grad: normal([rows, layout.heads * layout.headDim], 8) };
    const data = { qkv: values.qkv.data, grad: values.grad.data };
    const inputs = { qkv: values.qkv, ...structure };
    const tileRows = attentionTiles("causal_tiled_backward_query", layout.headDim, device).map((tile) => tile.rows);
    const [out, gradient] = await both(device, lengths, { layout, sharing: "tiles", tileRows: tileRows[0] }, data);
    assert.ok(relativeError(out, causalAttentionReference(inputs, layout).out) < 2e-6);
    assert.ok(relativeError(gradient, causalAttentionGradient(inputs, layout, data.grad)) < 5e-6);
    for (const other of tileRows.slice(1)) {
      assert.deepEqual(await both(device, lengths, { layout, sharing: "tiles", tileRows: other }, data), [out, gradient], `${other} rows`);
    }
  });
}

test("causal_attention says what it needs", async () => {
  const run = (layout: HeadLayout) =>
    evaluate(device, () => [causalAttention(input("qkv", [4, 24]), input("start", [4], "u32"), input("end", [4], "u32"), layout)]);
  await assert.rejects(
    run({ heads: 2, keyValueHeads: 2, headDim: 8 }),
    /causal_attention: given qkv \[4, 24\].*; it needs qkv \[N, 48\]: 2 query heads/,
  );
  await assert.rejects(run({ heads: 4, keyValueHeads: 4, headDim: 3 }), /causal_attention/);
  await assert.rejects(run({ heads: 2, keyValueHeads: 5, headDim: 2 }), /2 query heads, a multiple of the 5 key-value heads/);
});
