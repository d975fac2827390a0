import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import type { HeadLayout } from "../../src/ops/heads.ts";
import { causalAttentionCases } from "../../src/testing/ops/causal_attention.ts";
import { sharedDevice } from "../shared_device.ts";
import { testRowsApart } from "./attention_passes.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, causalAttentionCases);

const sequencesOf = (rows: number) => ({ sequenceStart: input("start", [rows], "u32"), sequenceEnd: input("end", [rows], "u32") });

if (device.subgroups) {
  testRowsApart(device, "shuffles");
  testRowsApart(device, "shuffles", 9);
}

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
