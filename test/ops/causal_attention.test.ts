import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { packRows } from "../../src/nn/rows.ts";
import { attentionTiles } from "../../src/ops/attention_tiles.ts";
import {
  type CausalAttentionAttributes as Attributes,
  causalAttention,
  causalAttentionBackwardOp,
  causalAttentionOp,
  type OperandSharing,
} from "../../src/ops/causal_attention.ts";
import { type HeadLayout, packedWidth } from "../../src/ops/heads.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { causalAttentionCases, packedSequences } from "../../src/testing/ops/causal_attention.ts";
import { causalAttentionGradient, causalAttentionReference } from "../../src/testing/reference/causal_attention.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, causalAttentionCases);

const sequencesOf = (rows: number) => ({ sequenceStart: input("start", [rows], "u32"), sequenceEnd: input("end", [rows], "u32") });

/** The output of causal_attention and the gradient of qkv. */
async function both(
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

const SHARING: readonly OperandSharing[] = device.subgroups ? ["shuffles", "tiles"] : ["tiles"];

for (const [sharing, window] of SHARING.flatMap((each) => [[each, undefined] as const, [each, 9] as const])) {
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
      const [out, gradient] = await both(lengths, { layout, sharing, window }, { qkv, grad });
      const rowsOf = (all: Float32Array, width: number): Float32Array => all.slice(before * width, (before + length) * width);
      return [rowsOf(out, outColumns), rowsOf(gradient, columns)];
    };
    const alone = await run(0, 0);
    assert.deepEqual(await run(3, 9), alone);
    assert.deepEqual(await run(70, 1), alone);
  });
}

/** Many blocks, and rows of several sequences in a tile, for which finite differences would take too long. */
const MANY_BLOCKS = [
  { lengths: [70, 1, 3, 45], layout: { heads: 2, keyValueHeads: 1, headDim: 64 } },
  { lengths: [2, 3, 1, 1, 4, 2, 6, 1, 1, 2, 5, 3, 2, 2, 1, 1, 3], layout: { heads: 1, keyValueHeads: 1, headDim: 8 } },
];

for (const { lengths, layout } of MANY_BLOCKS) {
  test(`tiles agree with double precision: sequences of ${lengths.join(" ")}, heads of ${layout.headDim}`, async () => {
    const { rows, ...structure } = packedSequences(lengths);
    const qkv = normal([rows, packedWidth(layout)], 7);
    const grad = normal([rows, layout.heads * layout.headDim], 8).data;
    const [out, gradient] = await both(lengths, { layout, sharing: "tiles" }, { qkv: qkv.data, grad });
    assert.ok(relativeError(out, causalAttentionReference({ qkv, ...structure }, layout).out) < 2e-6);
    assert.ok(relativeError(gradient, causalAttentionGradient({ qkv, ...structure }, layout, grad)) < 5e-6);
  });
}

test("tiles of other sizes give the same bits, and one that does not fit is refused", async () => {
  const layout = { heads: 1, keyValueHeads: 1, headDim: 8 };
  const { rows, sequence_start, sequence_end } = packedSequences([9, 71, 2]);
  const qkv = Float32Array.from(normal([rows, packedWidth(layout)], 9).data);
  const inputs = { qkv, start: Uint32Array.from(sequence_start.data), end: Uint32Array.from(sequence_end.data) };
  const run = (tileRows: number) => {
    const trace = () => [causalAttention(input("qkv", [rows, 24]), sequencesOf(rows), layout, { sharing: "tiles", tileRows })];
    return evaluate(device, trace, { inputs });
  };
  const [first, second] = attentionTiles("causal_tiled", layout.headDim, device);
  assert.deepEqual(await run(second!.rows), await run(first!.rows));
  await assert.rejects(run(1024), /bytes of workgroup memory hold no tiles of 1024 rows; name one of tiles of 32 rows, /);
});

test("causal_attention says what it needs", async () => {
  const run = (layout: HeadLayout) => evaluate(device, () => [causalAttention(input("qkv", [4, 24]), sequencesOf(4), layout)]);
  await assert.rejects(
    run({ heads: 2, keyValueHeads: 2, headDim: 8 }),
    /causal_attention: given qkv \[4, 24\].*; it needs qkv \[N, 48\]: 2 query heads/,
  );
  await assert.rejects(run({ heads: 4, keyValueHeads: 4, headDim: 3 }), /causal_attention/);
  const half = () => {
    const shared = { attended: input("attended", [4, 2], "u32"), queryEnd: input("query_end", [4], "u32") };
    return [causalAttention(input("qkv", [4, 24]), { ...sequencesOf(4), shared }, { heads: 1, keyValueHeads: 1, headDim: 8 })];
  };
  await assert.rejects(evaluate(device, half), /it needs attended \[N, 3\] and query_end \[N\], both or neither/);
  await assert.rejects(run({ heads: 2, keyValueHeads: 5, headDim: 2 }), /2 query heads, a multiple of the 5 key-value heads/);
});
