import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { capLogits } from "../../src/ops/cap_logits.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { capLogitsCases } from "../../src/testing/ops/cap_logits.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, capLogitsCases);

for (const columns of [3, 4]) {
  test(`what is not a number stays so under a cap, and infinity reaches it, in rows of ${columns}`, async () => {
    const logits = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0).subarray(0, columns);
    const [capped] = await evaluate(device, () => [capLogits(input("logits", [1, columns]), 30)], { inputs: { logits } });
    assert.deepEqual([...capped!], [Number.NaN, 30, -30, 0].slice(0, columns));
  });
}

test("a cap that is not above 0 is refused in one line, of logits and of scores", () => {
  for (const cap of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-60, 1e60]) {
    const refused = { name: "EngineError", message: /: cap is .*; it must be a number above 0, or left out$/ };
    assert.throws(() => trace(() => capLogits(input("logits", [1, 4]), cap)), refused);
    const attend = () => {
      const rows = { sequenceStart: input("start", [2], "u32"), sequenceEnd: input("end", [2], "u32") };
      return causalAttention(input("qkv", [2, 12]), rows, { heads: 1, keyValueHeads: 1, headDim: 4, cap });
    };
    assert.throws(() => trace(attend), refused);
  }
});
