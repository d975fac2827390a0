import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialState, packState } from "../../src/control/state.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { controlWeight } from "../../src/ops/control_weight.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { controlWeightReference } from "../../src/testing/reference/control_weight.ts";
import { given, normal, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

const begins = [0, 1, 4, 4, 40, 173];

for (const scope of ["batch", "sequence"] as const) {
  for (const gate of ["probability", "entropy-effect"] as const) {
    test(`control_weight over the ${scope}, gate ${gate}`, async () => {
      const rows = begins.at(-1)!;
      const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
      const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
      for (let row = 0; row < rows; row += 1) {
        const { logp } = TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size);
        setRecord(statistics, TOKEN_STATISTICS, row, { logp: -Math.abs(logp), ...(row % 3 === 0 && { effect: 0 }) });
        // The first sequences have no token that counts, or none that is gated.
        setRecord(tokenInputs, TOKEN_INPUT, row, { mask: row % 4 === 1 || row === 0 ? 0 : 1 });
        if (row < 4) setRecord(statistics, TOKEN_STATISTICS, row, { logp: -3, effect: 0 });
      }
      const floats = packState(initialState({ control: { token_count: 100, gated_fraction: 0.25, gated_count: 25 } }));
      const control = given([floats.length], floats);
      const errors = await checkOp(device, {
        name: "control_weight",
        inputs: { statistics, sequence_begin: given([begins.length], begins, "u32"), control, token_inputs: tokenInputs },
        dynamicRows: ["statistics", "token_inputs"],
        op: (i) => {
          const inputs = { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, sequenceBegin: i.sequence_begin! };
          return { token_inputs: controlWeight(inputs, { gate, tau: 0.5, scope, sequences: begins.length - 1 }) };
        },
        reference: (inputs) => controlWeightReference(inputs, { gate, tau: 0.5, scope }),
      });
      assert.ok(errors.token_inputs! < 1e-6, `relative error ${errors.token_inputs} on ${device.name}`);
    });
  }
}
