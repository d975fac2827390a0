import assert from "node:assert/strict";
import { after, test } from "node:test";
import { packRows } from "../../src/nn/rows.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { causalAttention } from "../../src/ops/causal_attention.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { given, normal } from "../../src/testing/values.ts";
import { causalAttentionReference } from "../reference/causal_attention.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [lengths, heads, keyValueHeads, headDim] of [
  [[1], 1, 1, 3],
  [[1, 5, 9, 2], 6, 2, 4],
  [[4, 1, 7], 4, 1, 7],
  [[13, 3], 3, 3, 10],
] as const) {
  test(`causal_attention and its gradient, lengths ${lengths}, heads ${heads} and ${keyValueHeads} of ${headDim}`, async () => {
    const layout = { heads, keyValueHeads, headDim };
    const packed = packRows(lengths);
    const rows = packed.positions.length;
    const errors = await checkOp(device, {
      name: "causal_attention",
      inputs: {
        qkv: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
        sequence_start: given([rows], [...packed.sequence_start], "u32"),
        sequence_end: given([rows], [...packed.sequence_end], "u32"),
      },
      dynamicRows: ["qkv", "sequence_start", "sequence_end"],
      op: ({ qkv, sequence_start, sequence_end }) => ({ out: causalAttention(qkv!, sequence_start!, sequence_end!, layout) }),
      reference: (inputs) => causalAttentionReference(inputs, layout),
      gradients: ["qkv"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 2e-5, `${name}: relative error ${error} on ${device.name}`);
  });
}
