import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { sequenceRatio } from "../../src/ops/sequence_ratio.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { sequenceRatioReference } from "../../src/testing/reference/sequence_ratio.ts";
import { given, normal, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const cases: readonly [string, readonly number[]][] = [
  ["one token", [0, 1]],
  ["sequences of length 1, 3, 0, 36, 1 and 133", [0, 1, 4, 4, 40, 41, 174]],
  ["a sequence longer than any workgroup", [0, 7, 1210]],
  ["many sequences", Array.from({ length: 1002 }, (_, s) => 2 * s)],
];
for (const [name, begins] of cases) {
  test(`sequence_ratio, ${name}`, async () => {
    const rows = begins.at(-1)!;
    const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
    for (let row = 0; row < rows; row += 1) {
      // A prompt of one row, NaN, before the response of every sequence but the first; ratios beyond the clamp.
      const isPrompt = row > 0 && begins.includes(row) && begins.indexOf(row) % 2 === 1;
      const extreme = row % 13 === 5 && { old_logp: row % 2 === 0 ? 25 : -25 };
      setRecord(tokenInputs, TOKEN_INPUT, row, {
        mask: isPrompt ? 0 : 1 + (row % 3),
        ...(isPrompt && { old_logp: Number.NaN }),
        ...extreme,
      });
      if (isPrompt) setRecord(statistics, TOKEN_STATISTICS, row, { logp: Number.NaN });
    }
    const errors = await checkOp(device, {
      name: "sequence_ratio",
      inputs: { statistics, token_inputs: tokenInputs, sequence_begin: given([begins.length], [...begins], "u32") },
      dynamicRows: ["statistics", "token_inputs"],
      op: (i) => {
        const inputs = { statistics: i.statistics!, tokenInputs: i.token_inputs!, sequenceBegin: i.sequence_begin! };
        return { mean_difference: sequenceRatio(inputs, { sequences: begins.length - 1 }) };
      },
      reference: sequenceRatioReference,
    });
    assert.ok(errors.mean_difference! < 1e-6, `relative error ${errors.mean_difference} on ${device.name}`);
  });
}
