import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWriteOp } from "../../src/ops/cache_write.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { cacheWriteReference } from "../../src/testing/reference/cache_write.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const layout of [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 6, keyValueHeads: 2, headDim: 7 },
  { heads: 3, keyValueHeads: 3, headDim: 32 },
]) {
  const { heads, keyValueHeads, headDim } = layout;
  test(`cache_write leaves all but the rows' places alone, heads ${heads}/${keyValueHeads} of ${headDim}`, async () => {
    const cache = [3, 5, keyValueHeads, headDim];
    const errors = await checkOp(device, {
      name: "cache_write",
      inputs: {
        qkv: normal([6, (heads + 2 * keyValueHeads) * headDim], 1),
        sequence: given([6], [2, 0, 0, 1, 2, 2], "u32"),
        positions: given([6], [0, 3, 4, 0, 1, 2], "u32"),
        cache_keys: normal(cache, 2),
        cache_values: normal(cache, 3),
      },
      dynamicRows: ["qkv", "sequence", "positions"],
      op: ({ qkv, sequence, positions, cache_keys, cache_values }) =>
        cacheWriteOp(
          { qkv: qkv!, sequence: sequence!, positions: positions!, cache_keys: cache_keys!, cache_values: cache_values! },
          { layout },
        ),
      reference: (inputs) => cacheWriteReference(inputs, layout),
    });
    assert.deepEqual(errors, { cache_keys: 0, cache_values: 0 });
  });
}
