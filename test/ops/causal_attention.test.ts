import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import type { HeadLayout } from "../../src/ops/heads.ts";
import { causalAttentionCases, packedColumns, packedSequences } from "../../src/testing/ops/causal_attention.ts";
import { normal } from "../../src/testing/values.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, causalAttentionCases);

test("a row of causal_attention does not depend, to the bit, on the sequences packed around it", async () => {
  const layout = { heads: 2, keyValueHeads: 2, headDim: 8 };
  const columns = packedColumns(layout);
  const own = normal([13, columns], 3).data;
  const run = async (before: number, behind: number): Promise<Float32Array> => {
    const { rows, sequence_start, sequence_end } = packedSequences([before, 13, behind].filter((length) => length > 0));
    const data = normal([rows, columns], 4).data;
    data.set(own, before * columns);
    const inputs = {
      qkv: Float32Array.from(data),
      start: Uint32Array.from(sequence_start.data),
      end: Uint32Array.from(sequence_end.data),
    };
    const [out] = await evaluate(
      device,
      () => [causalAttention(input("qkv", [rows, columns]), input("start", [rows], "u32"), input("end", [rows], "u32"), layout)],
      { inputs },
    );
    return (out as Float32Array).slice(before * 16, (before + 13) * 16);
  };
  const alone = await run(0, 0);
  assert.deepEqual(await run(3, 9), alone);
  assert.deepEqual(await run(70, 1), alone);
});

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
