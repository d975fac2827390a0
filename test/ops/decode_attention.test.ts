import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import type { HeadLayout } from "../../src/ops/heads.ts";
import { checkOp, relativeError } from "../../src/testing/check_op.ts";
import { decodeAttentionReference } from "../../src/testing/reference/decode_attention.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const layouts: readonly HeadLayout[] = [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 3, keyValueHeads: 3, headDim: 10 },
  { heads: 6, keyValueHeads: 2, headDim: 7 },
  { heads: 5, keyValueHeads: 5, headDim: 16 },
  { heads: 2, keyValueHeads: 1, headDim: 64 },
  { heads: 9, keyValueHeads: 3, headDim: 1 },
  { heads: 1, keyValueHeads: 1, headDim: 37 },
];

for (const [layout, split] of layouts.flatMap((layout) => [[layout, "elements"] as const, [layout, "keys"] as const])) {
  const { heads, keyValueHeads, headDim } = layout;
  test(`decode_attention by ${split}, heads ${heads}/${keyValueHeads} of ${headDim}`, async () => {
    const cache = [4, 20, keyValueHeads, headDim];
    const cache_keys = normal(cache, 2);
    // Beyond the newest position a cache holds anything.
    cache_keys.data.fill(Number.NaN, 19 * keyValueHeads * headDim, 20 * keyValueHeads * headDim);
    const errors = await checkOp(device, {
      name: "decode_attention",
      inputs: {
        qkv: normal([3, (heads + 2 * keyValueHeads) * headDim], 1),
        cache_keys,
        cache_values: normal(cache, 3),
        positions: given([3], [18, 0, 7], "u32"),
      },
      dynamicRows: ["qkv", "positions"],
      op: ({ qkv, cache_keys, cache_values, positions }) => ({
        out: decodeAttention(qkv!, cache_keys!, cache_values!, positions!, layout, split),
      }),
      reference: (inputs) => decodeAttentionReference(inputs, layout),
    });
    assert.ok(errors.out! < 2e-5, `relative error ${errors.out} on ${device.name}`);
  });
}

test("decoding over the cache that cache_write filled agrees with causal_attention on the last rows", async () => {
  const layout = { heads: 4, keyValueHeads: 2, headDim: 8 };
  const lengths = [9, 1, 30];
  const rows = 40;
  const columns = 64;
  const qkv = Float32Array.from(normal([rows, columns], 5).data);
  const begins = [0, 9, 10];
  const each = (of: (i: number, position: number) => number): Uint32Array =>
    Uint32Array.from(lengths.flatMap((length, i) => Array.from({ length }, (_, position) => of(i, position))));
  const newest = lengths.map((length, i) => begins[i]! + length - 1);
  const [causal, decoded] = await evaluate(
    device,
    () => {
      const all = input("qkv", [runScalar("rows", rows + 7), columns]);
      const count = all.shape[0]!;
      const u32 = (name: string) => input(name, [count], "u32");
      const cache = ["keys", "values"].map((name) => input(name, [3, 32, 2, 8]));
      const { cacheKeys, cacheValues } = cacheWrite(all, cache[0]!, cache[1]!, u32("sequence"), u32("positions"), layout);
      return [
        causalAttention(all, u32("start"), u32("end"), layout),
        decodeAttention(input("newest", [3, columns]), cacheKeys, cacheValues, input("last", [3], "u32"), layout),
      ];
    },
    {
      scalars: { rows },
      inputs: {
        qkv,
        newest: Float32Array.from(newest.flatMap((row) => [...qkv.subarray(row * columns, (row + 1) * columns)])),
        last: Uint32Array.from(lengths, (length) => length - 1),
        sequence: each((i) => i),
        positions: each((_, position) => position),
        start: each((i) => begins[i]!),
        end: each((i) => begins[i]! + lengths[i]!),
      },
    },
  );
  const expected = newest.flatMap((row) => [...causal!.subarray(row * 32, (row + 1) * 32)]);
  const error = relativeError(decoded!, expected);
  assert.ok(error < 1e-6, `relative difference ${error} on ${device.name}`);
});
