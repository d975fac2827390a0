import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { causalAttention, causalAttentionOp, type OperandSharing } from "../../src/ops/causal_attention.ts";
import type { HeadLayout } from "../../src/ops/heads.ts";
import { checkOp, type HostValue } from "../../src/testing/check_op.ts";
import { causalAttentionReference } from "../../src/testing/reference/causal_attention.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const shapes: readonly { lengths: readonly number[]; layout: HeadLayout }[] = [
  { lengths: [1], layout: { heads: 1, keyValueHeads: 1, headDim: 4 } },
  { lengths: [1, 5, 17, 2], layout: { heads: 4, keyValueHeads: 1, headDim: 12 } },
  { lengths: [3, 14, 14], layout: { heads: 3, keyValueHeads: 3, headDim: 10 } },
  { lengths: [9, 2], layout: { heads: 6, keyValueHeads: 2, headDim: 7 } },
  { lengths: [1, 5, 17, 2], layout: { heads: 2, keyValueHeads: 2, headDim: 16 } },
  { lengths: [11], layout: { heads: 1, keyValueHeads: 1, headDim: 20 } },
];

function packed(lengths: readonly number[]): { sequence_start: HostValue; sequence_end: HostValue; rows: number } {
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const each = (of: (i: number) => number): number[] => lengths.flatMap((length, i) => Array<number>(length).fill(of(i)));
  const rows = ends.at(-1)!;
  const u32 = (data: number[]): HostValue => given([rows], data, "u32");
  return { rows, sequence_start: u32(each((i) => ends[i]! - lengths[i]!)), sequence_end: u32(each((i) => ends[i]!)) };
}

function packedColumns({ heads, keyValueHeads, headDim }: HeadLayout): number {
  return (heads + 2 * keyValueHeads) * headDim;
}

const cases: readonly (readonly [(typeof shapes)[number], OperandSharing | undefined])[] = [
  ...shapes.map((shape) => [shape, undefined] as const),
  [shapes[1]!, "workgroup memory"],
  [shapes[3]!, "workgroup memory"],
];

for (const [{ lengths, layout }, sharing] of cases) {
  const { heads, keyValueHeads, headDim } = layout;
  const means = sharing ? ` by ${sharing}` : "";
  test(`causal_attention and its gradient${means}, sequences of ${lengths}, heads ${heads}/${keyValueHeads} of ${headDim}`, async () => {
    const { rows, ...structure } = packed(lengths);
    const errors = await checkOp(device, {
      name: "causal_attention",
      inputs: { qkv: normal([rows, packedColumns(layout)], 1), ...structure },
      dynamicRows: ["qkv", "sequence_start", "sequence_end"],
      op: ({ qkv, sequence_start, sequence_end }) => ({
        out: causalAttention(qkv!, sequence_start!, sequence_end!, layout, sharing),
      }),
      reference: (inputs) => ({ out: causalAttentionReference(inputs, layout).out }),
      gradients: ["qkv"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}

test("causal_attention over sequences longer than any block, with large scores", async () => {
  const layout = { heads: 2, keyValueHeads: 1, headDim: 8 };
  const { rows, ...structure } = packed([150, 3, 140]);
  const errors = await checkOp(device, {
    name: "causal_attention",
    inputs: { qkv: normal([rows, packedColumns(layout)], 2, 4), ...structure },
    dynamicRows: ["qkv", "sequence_start", "sequence_end"],
    op: ({ qkv, sequence_start, sequence_end }) =>
      causalAttentionOp({ qkv: qkv!, sequence_start: sequence_start!, sequence_end: sequence_end! }, { layout }),
    reference: (inputs) => causalAttentionReference(inputs, layout),
  });
  for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
});

test("a row of causal_attention does not depend, to the bit, on the sequences packed around it", async () => {
  const layout = { heads: 2, keyValueHeads: 2, headDim: 8 };
  const columns = packedColumns(layout);
  const own = normal([13, columns], 3).data;
  const run = async (before: number, behind: number): Promise<Float32Array> => {
    const { rows, sequence_start, sequence_end } = packed([before, 13, behind].filter((length) => length > 0));
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
