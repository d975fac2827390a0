import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { type SurpriseWeightOptions, surpriseWeight } from "../../src/ops/surprise_weight.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { surpriseWeightCases, surprisingTokens } from "../../src/testing/ops/surprise_weight.ts";
import { controlOf } from "../../src/testing/ops/token_loss.ts";
import { records } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, surpriseWeightCases);

/** The advantages as the kernel leaves them. */
async function reweighed(values: HostValues, options: SurpriseWeightOptions): Promise<number[]> {
  const rows = values.statistics!.shape[0]!;
  const build = () => {
    const statistics = input("statistics", [rows, TOKEN_STATISTICS.size]);
    const tokenInputs = input("token_inputs", [rows, TOKEN_INPUT.size]);
    const control = input("control", [values.control!.data.length]);
    return [surpriseWeight({ statistics, tokenInputs, control }, options)];
  };
  const inputs = Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const [found] = await evaluate(device, build, { inputs });
  return TOKEN_INPUT.column(found!, "advantage");
}

function tokens(list: readonly { logp: number; advantage: number; mask?: number }[], alpha: number): HostValues {
  return {
    statistics: records(TOKEN_STATISTICS, list),
    token_inputs: records(
      TOKEN_INPUT,
      list.map((token) => ({ mask: 1, ...token })),
    ),
    control: controlOf({ loops: [{ alpha }] }),
  };
}

test("surprise_weight by hand: the k = ceil(share T) least probable tokens of a side, the first rows of equal ones", async () => {
  const list = [
    { logp: -1, advantage: 2 },
    { logp: -3, advantage: 4 },
    { logp: -3, advantage: 8 },
    { logp: -9, advantage: 1, mask: 0 },
    { logp: -5, advantage: -1 },
    { logp: -2, advantage: -4 },
    { logp: -7, advantage: 0 },
  ];
  // T = 3 with A > 0 and 2 with A < 0; at share 0.5 these are k = 2 and 1. Alpha -0.25 makes the weights 1.25 and 0.75.
  assert.deepEqual(await reweighed(tokens(list, -0.25), { positiveShare: 0.5, negativeShare: 0.5 }), [2, 5, 10, 1, -0.75, -4, 0]);
  assert.deepEqual(await reweighed(tokens(list, -0.25), { positiveShare: 0.1, negativeShare: 0 }), [2, 5, 8, 1, -1, -4, 0]);
});

test("surprise_weight leaves every bit alone at alpha 0 and where no token is of a side", async () => {
  const still = surprisingTokens(131, 0);
  const before = Array.from(TOKEN_INPUT.column(still.token_inputs!.data, "advantage"), Math.fround);
  assert.deepEqual(await reweighed(still, { positiveShare: 0.5, negativeShare: 0.5 }), before);
  const negative = tokens(
    [
      { logp: -1, advantage: -1 },
      { logp: -2, advantage: 0 },
    ],
    -0.5,
  );
  assert.deepEqual(await reweighed(negative, { positiveShare: 1, negativeShare: 0 }), [-1, 0]);
});
