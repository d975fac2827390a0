import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { attentionTiles } from "../../src/ops/attention_tiles.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { packedWidth } from "../../src/ops/heads.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { causalAttentionCases, packedSequences } from "../../src/testing/ops/causal_attention.ts";
import { decodeAttentionCases } from "../../src/testing/ops/decode_attention.ts";
import { causalAttentionGradient, causalAttentionReference } from "../../src/testing/reference/causal_attention.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { isSlowAdapter } from "../slow_adapter.ts";
import { bothPasses, testRowsApart } from "./attention_passes.ts";
import { testGpuCases } from "./op_cases.ts";

const device = await sharedDevice();

testGpuCases(device, causalAttentionCases);
testGpuCases(device, decodeAttentionCases);
testRowsApart(device, "tiles");
testRowsApart(device, "tiles", 9);

/** Many blocks, and rows of several sequences in a tile, for which finite differences would take too long. */
const MANY_BLOCKS = [
  { lengths: [70, 1, 3, 45], layout: { heads: 2, keyValueHeads: 1, headDim: 64 } },
  { lengths: [2, 3, 1, 1, 4, 2, 6, 1, 1, 2, 5, 3, 2, 2, 1, 1, 3], layout: { heads: 1, keyValueHeads: 1, headDim: 8 } },
];

for (const { lengths, layout } of MANY_BLOCKS) {
  const skip = isSlowAdapter && layout.headDim === 64 && "SwiftShader compiles it for 20 s";
  test(`tiles agree with double precision: sequences of ${lengths.join(" ")}, heads of ${layout.headDim}`, { skip }, async () => {
    const { rows, ...structure } = packedSequences(lengths);
    const qkv = normal([rows, packedWidth(layout)], 7);
    const grad = normal([rows, layout.heads * layout.headDim], 8).data;
    const [out, gradient] = await bothPasses(device, lengths, { layout, sharing: "tiles" }, { qkv: qkv.data, grad });
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
    const sequences = () => ({ sequenceStart: input("start", [rows], "u32"), sequenceEnd: input("end", [rows], "u32") });
    const trace = () => [causalAttention(input("qkv", [rows, 24]), sequences(), layout, { sharing: "tiles", tileRows })];
    return evaluate(device, trace, { inputs });
  };
  const [first, second] = attentionTiles("causal_tiled", layout.headDim, device);
  assert.deepEqual(await run(second!.rows), await run(first!.rows));
  await assert.rejects(run(1024), /bytes of workgroup memory hold no tiles of 1024 rows; name one of tiles of 32 rows, /);
});
