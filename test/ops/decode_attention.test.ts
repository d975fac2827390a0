import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { titleOf } from "../../src/testing/op_measures.ts";
import { decodeAttentionCases } from "../../src/testing/ops/decode_attention.ts";
import { normal } from "../../src/testing/values.ts";
import { assertCase, testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, decodeAttentionCases);

for (const lanes of [4, 32, 128]) {
  test(`heads that one lane owns, and those that several share, are right without subgroups at ${lanes} lanes`, async () => {
    const plain = await openDevice({ lanes });
    assert.equal(plain.subgroups, false);
    const telling = decodeAttentionCases.filter((one) => /by elements with heads .* of (7|37|64|200) in f32/.test(titleOf(one)));
    assert.equal(telling.length, 4);
    for (const one of telling) await assertCase(plain, one);
    plain.destroy();
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
      const cache = ["keys", "values"].map((name) => input(name, [96, 2, 8]));
      const cached = { cacheKeys: cache[0]!, cacheValues: cache[1]!, origin: u32("origin"), positions: u32("positions") };
      const written = cacheWrite(all, cached, layout);
      const places = { origin: input("origins", [3], "u32"), prompt: input("prompts", [3, 2], "u32") };
      const lastRows = { ...written, ...places, positions: input("last", [3], "u32") };
      const sequences = { sequenceStart: u32("start"), sequenceEnd: u32("end") };
      return [causalAttention(all, sequences, layout), decodeAttention(input("newest", [3, columns]), lastRows, { layout, length: 32 })];
    },
    {
      scalars: { rows },
      inputs: {
        qkv,
        // What nobody wrote must not count.
        keys: new Float32Array(96 * 2 * 8).fill(Number.NaN),
        values: new Float32Array(96 * 2 * 8).fill(Number.NaN),
        newest: Float32Array.from(newest.flatMap((row) => [...qkv.subarray(row * columns, (row + 1) * columns)])),
        origins: Uint32Array.of(0, 32, 64),
        prompts: Uint32Array.of(0, 4, 32, 0, 64, 30),
        last: Uint32Array.from(lengths, (length) => length - 1),
        origin: each((i) => 32 * i),
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
