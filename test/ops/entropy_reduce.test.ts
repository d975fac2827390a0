import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialState, packState } from "../../src/control/state.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { entropyReduce } from "../../src/ops/entropy_reduce.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { checkOp, type HostValue } from "../../src/testing/check_op.ts";
import { entropyReduceReference } from "../../src/testing/reference/entropy_reduce.ts";
import { normal, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

/** Statistics with some exactly zero effects and, where the mask is 0, NaN. The last of three and more classes never occurs. */
function batch(rows: number, everyMasked: number, classes: number): { statistics: HostValue; token_inputs: HostValue; control: HostValue } {
  const statistics = normal([rows, TOKEN_STATISTICS.size], 3);
  const tokenInputs = normal([rows, TOKEN_INPUT.size], 4);
  for (let row = 0; row < rows; row += 1) {
    const { logp } = TOKEN_STATISTICS.read(statistics.data, row * TOKEN_STATISTICS.size);
    setRecord(statistics, TOKEN_STATISTICS, row, { logp: -Math.abs(logp), ...(row % 5 === 0 && { effect: 0 }) });
    const counts = row % everyMasked !== 0;
    setRecord(tokenInputs, TOKEN_INPUT, row, { mask: counts ? 1 + ((row * row) % Math.min(classes, Math.max(2, classes - 1))) : 0 });
    if (!counts) statistics.data.fill(Number.NaN, row * TOKEN_STATISTICS.size, (row + 1) * TOKEN_STATISTICS.size);
  }
  return {
    statistics,
    token_inputs: tokenInputs,
    control: normal([packState(initialState({ loops: Array(classes).fill({}) })).length], 5),
  };
}

for (const [rows, everyMasked, classes] of [
  [1, 2, 1],
  [5, 3, 1],
  [257, 2, 1],
  [1300, 7, 1],
  [6, 1, 1],
  [1, 2, 2],
  [5, 3, 3],
  [257, 2, 2],
  [1300, 7, 7],
] as const) {
  for (const options of [
    { gate: "probability", tau: 0.5 },
    { gate: "probability", tau: 0 },
    { gate: "entropy-effect", tau: 0.5, wholeBatch: false },
  ] as const) {
    test(`entropy_reduce, ${rows} rows, mask ${everyMasked}, ${classes} classes, ${JSON.stringify(options)}`, async () => {
      const errors = await checkOp(device, {
        name: "entropy_reduce",
        inputs: batch(rows, everyMasked, classes),
        dynamicRows: ["statistics", "token_inputs"],
        op: (inputs) => ({ control: entropyReduce(inputs.statistics!, inputs.token_inputs!, inputs.control!, options) }),
        reference: (inputs) => entropyReduceReference(inputs, options),
      });
      assert.ok(errors.control! < 2e-6, `relative error ${errors.control} on ${device.name}`);
    });
  }
}

for (const [what, width, floats, message] of [
  ["statistics of the wrong width", 3, 26, /entropy_reduce: given statistics \[1, 3\].* it needs statistics with 4 numbers a row/],
  ["a state without loops", 4, 7, /entropy_reduce: given .*control \[7\].* it needs control with 7 numbers and 19 for each loop/],
] as const) {
  test(`${what} is refused`, async () => {
    const check = checkOp(device, {
      name: "refused",
      inputs: { statistics: normal([1, width], 1), token_inputs: normal([1, TOKEN_INPUT.size], 1), control: normal([floats], 1) },
      op: (i) => ({ control: entropyReduce(i.statistics!, i.token_inputs!, i.control!, { gate: "probability", tau: 0.5 }) }),
      reference: () => ({ control: new Float64Array(floats) }),
    });
    await assert.rejects(check, message);
  });
}
