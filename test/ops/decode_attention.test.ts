import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { given, normal } from "../../src/testing/values.ts";
import { decodeAttentionReference } from "../reference/decode_attention.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [positions, heads, keyValueHeads, headDim] of [
  [[0], 1, 1, 5],
  [[3, 0, 12, 7, 1], 6, 2, 4],
  [[2, 12], 4, 1, 7],
] as const) {
  test(`decode_attention at positions ${positions}, heads ${heads} and ${keyValueHeads} of ${headDim}`, async () => {
    const layout = { heads, keyValueHeads, headDim };
    const S = positions.length;
    const cache = [S, 13, keyValueHeads, headDim];
    const errors = await checkOp(device, {
      name: "decode_attention",
      inputs: {
        qkv: normal([S, (heads + 2 * keyValueHeads) * headDim], 1),
        cache_keys: normal(cache, 2),
        cache_values: normal(cache, 3),
        positions: given([S], positions, "u32"),
      },
      dynamicRows: ["qkv", "positions"],
      op: ({ qkv, cache_keys, cache_values, positions: at }) => ({ out: decodeAttention(qkv!, cache_keys!, cache_values!, at!, layout) }),
      reference: (inputs) => decodeAttentionReference(inputs, layout),
    });
    assert.ok(errors.out! < 5e-6, `relative error ${errors.out} on ${device.name}`);
  });
}
