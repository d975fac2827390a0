import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { decodeAttention } from "../../src/ops/decode_attention.ts";
import { type HeadLayout, packedWidth } from "../../src/ops/heads.ts";
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
    const telling = decodeAttentionCases.filter((one) =>
      /lanes apart with heads .* of (7 capped at 1.5|37|64|200) in f32/.test(titleOf(one)),
    );
    assert.equal(telling.length, 4);
    for (const one of telling) await assertCase(plain, one);
    plain.destroy();
  });
}

test("lanes read together where that costs less than reading apart", () => {
  const kernelOf = (layout: HeadLayout, traits: { lanes?: number; subgroups?: boolean; gathers?: boolean } = {}) => {
    const traced = trace(() => {
      const [keys, values] = ["keys", "values"].map((name) => input(name, [40, layout.keyValueHeads, layout.headDim]));
      const places = { origin: input("origin", [5], "u32"), prompt: input("prompt", [5, 2], "u32"), positions: input("last", [5], "u32") };
      return decodeAttention(
        input("qkv", [5, packedWidth(layout)]),
        { cacheKeys: keys!, cacheValues: values!, ...places },
        { layout, length: 8 },
      );
    });
    const all = { software: true, subgroups: true, lanes: 8, gathers: false, ...traits };
    return traced.trace.nodes[0]!.dispatches(Object.assign(Object.create(device) as typeof device, all))[0]!.kernel;
  };
  const short = { heads: 4, keyValueHeads: 4, headDim: 32 };
  const [apart, together] = ["attention/decode", "attention/decode_together"];
  assert.equal(kernelOf(short), apart);
  assert.equal(kernelOf({ ...short, keyValueHeads: 2 }), together);
  assert.equal(kernelOf({ ...short, headDim: 64 }), together);
  assert.equal(kernelOf({ ...short, headDim: 128 }), apart);
  assert.equal(kernelOf({ ...short, headDim: 64 }, { lanes: 4 }), apart);
  assert.equal(kernelOf({ ...short, keyValueHeads: 2 }, { subgroups: false }), apart);
  assert.equal(kernelOf({ ...short, headDim: 64 }, { gathers: true }), apart);
  assert.equal(kernelOf({ ...short, keyValueHeads: 1 }, { gathers: true }), apart);
  assert.equal(kernelOf({ heads: 14, keyValueHeads: 2, headDim: 64 }, { gathers: true }), together);
  assert.equal(kernelOf({ heads: 14, keyValueHeads: 2, headDim: 128 }, { gathers: true }), apart);
});

const skip = !device.subgroups && "decode_together is for devices with subgroups";

test("a row does not depend, to the bit, on the rows around it", { skip }, async () => {
  const layout = { heads: 2, keyValueHeads: 2, headDim: 8 };
  const places = 200;
  const values = {
    qkv: normal([9, packedWidth(layout)], 1).data,
    keys: normal([places, 2, 8], 2).data,
    values: normal([places, 2, 8], 3).data,
  };
  // Nine rows of which eight share a prompt of ten positions; the last place holds what is not finite, and the ninth row reads it.
  values.keys.fill(Number.NaN, (places - 1) * 16);
  values.values.fill(Number.POSITIVE_INFINITY, (places - 1) * 16);
  const newest = [12, 10, 19, 11, 15, 12, 12, 18, 0];
  const rows = newest.map((position, row) => ({ position, origin: 10 + 10 * row, prompt: [0, 10] }));
  rows[8] = { position: 0, origin: 0, prompt: [places - 1, 1] };
  const decode = async (taken: readonly number[]): Promise<number[][]> => {
    const count = taken.length;
    const width = packedWidth(layout);
    const [out] = await evaluate(
      device,
      () => {
        const cached = { cacheKeys: input("keys", [places, 2, 8]), cacheValues: input("values", [places, 2, 8]) };
        const u32 = (name: string, shape = [count]) => input(name, shape, "u32");
        const decoded = { ...cached, origin: u32("origin"), positions: u32("positions"), prompt: u32("prompt", [count, 2]) };
        return [decodeAttention(input("qkv", [count, width]), decoded, { layout, length: 20, way: "together" })];
      },
      {
        inputs: {
          keys: Float32Array.from(values.keys),
          values: Float32Array.from(values.values),
          qkv: Float32Array.from(taken.flatMap((row) => [...values.qkv.subarray(row * width, (row + 1) * width)])),
          origin: Uint32Array.from(taken, (row) => rows[row]!.origin),
          positions: Uint32Array.from(taken, (row) => rows[row]!.position),
          prompt: Uint32Array.from(taken.flatMap((row) => rows[row]!.prompt)),
        },
      },
    );
    return taken.map((_, i) => [...out!.slice(i * 16, (i + 1) * 16)]);
  };
  const together = await decode([8, 0, 1, 2, 3, 4, 5, 6, 7]);
  assert.ok(together[0]!.some(Number.isNaN));
  for (const [i, row] of [0, 1, 2, 3, 4, 5, 6, 7].entries()) {
    const [alone] = await decode([row]);
    assert.ok(alone!.every(Number.isFinite));
    assert.deepEqual(together[i + 1], alone, `row ${row}`);
  }
});

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
