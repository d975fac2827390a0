import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { given, normal } from "../../src/testing/values.ts";
import { cacheWriteReference } from "../reference/cache_write.ts";

const device = await openDevice();
after(() => device.destroy());

test("cache_write puts keys and values at their sequence and position and leaves the rest alone", async () => {
  const layout = { heads: 3, keyValueHeads: 2, headDim: 5 };
  const errors = await checkOp(device, {
    name: "cache_write",
    inputs: {
      qkv: normal([4, 35], 1),
      sequence: given([4], [2, 0, 2, 1], "u32"),
      positions: given([4], [0, 6, 3, 2], "u32"),
      cache_keys: normal([3, 7, 2, 5], 2),
      cache_values: normal([3, 7, 2, 5], 3),
    },
    dynamicRows: ["qkv", "sequence", "positions"],
    op: ({ qkv, sequence, positions, cache_keys, cache_values }) => {
      cacheWrite(qkv!, cache_keys!, cache_values!, sequence!, positions!, layout);
      return { cache_keys: cache_keys!, cache_values: cache_values! };
    },
    reference: (inputs) => cacheWriteReference(inputs, layout),
  });
  for (const [name, error] of Object.entries(errors)) assert.equal(error, 0, name);
});
