import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan, evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { covarianceSelect } from "../../src/ops/covariance_select.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { covarianceCase, covarianceSelectCases, covarianceTokens } from "../../src/testing/ops/covariance_select.ts";
import { type CovarianceReferenceOptions, covarianceSelectReference } from "../../src/testing/reference/covariance_select.ts";
import { given, records, setRecord } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { assertCase, testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, covarianceSelectCases);

const clip = { clip_low: 0.2, clip_high: 0.28, dual_clip: 1.5 };
const random = { seed: 17, draw: 3, microBatch: 0 };

const everything = { low: -9, high: 9, clip: { ...clip, dual_clip: 0 }, random };

function tensorsOf(rows: number): Parameters<typeof covarianceSelect>[0] {
  return {
    statistics: input("statistics", [rows, TOKEN_STATISTICS.size]),
    tokenInputs: input("token_inputs", [rows, TOKEN_INPUT.size]),
    count: input("count", [1]),
  };
}

/** Compares with sorting; returns how many were selected. */
async function check(values: HostValues, options: CovarianceReferenceOptions): Promise<number> {
  await assertCase(device, covarianceCase("by hand", values, options));
  return covarianceSelectReference(values, options).count[0]!;
}

for (const rows of [3, 131, 4099]) {
  test(`covariance_select selects the share that was asked for of ${rows} rows, and at least one`, async () => {
    for (const fraction of [1e-4, 0.3]) {
      const responses = rows - Math.floor(rows / 7);
      const wanted = Math.max(1, Math.floor(Math.fround(Math.fround(fraction) * responses)));
      assert.equal(covarianceSelectReference(covarianceTokens(rows, rows), { fraction }).count[0], wanted);
    }
    const among = { clip, random, low: 50, high: 60 };
    assert.equal(
      covarianceSelectReference(covarianceTokens(rows, rows), { fraction: 0.05, among }).count[0],
      0,
      "nothing is in this range",
    );
  });
}

test("of equal covariances the lower rows are selected, zeros of either sign are equal, and a batch of prompts has none", async () => {
  const same = (advantages: readonly number[]): HostValues => {
    const same = advantages.map((advantage, row) => ({ logp: row % 2 === 0 ? -0.5 : -1.5, old_logp: -1, advantage, mask: 1 }));
    return { statistics: records(TOKEN_STATISTICS, same), token_inputs: records(TOKEN_INPUT, same), count: given([1], [0]) };
  };
  // Two values of the covariance, hundreds of rows each.
  const alternating = Array.from({ length: 600 }, (_, row) => (row % 4 < 2 ? 1 : -1));
  for (const fraction of [0.1, 0.5, 0.7]) await check(same(alternating), { fraction });
  // All 0, and -0 where logp is below its mean.
  for (const advantage of [0, 2]) await check(same(Array(70).fill(advantage)), { fraction: 0.2 });
  const prompts = covarianceTokens(20, 1);
  for (let row = 0; row < 20; row += 1) setRecord(prompts.token_inputs!, TOKEN_INPUT, row, { mask: 0 });
  for (const among of [undefined, everything]) assert.equal(await check(prompts, { fraction: 2e-4, ...(among && { among }) }), 0);
});

test("covariance_select: equal seed, draw and micro-batch select the same tokens, and a change of any of them selects others", async () => {
  const values = covarianceTokens(700, 2);
  const plan = await buildPlan(device, "covariance", () => {
    const keys = { seed: runScalar("seed"), draw: runScalar("draw"), microBatch: runScalar("micro_batch") };
    return { keep: [covarianceSelect(tensorsOf(700), { fraction: 0.02, among: { ...everything, random: keys } }).selected] };
  });
  const inputs = Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, Float32Array.from(data)]));
  const drawn = async (seed: number, draw: number, microBatch: number): Promise<string> => {
    plan.run({ scalars: { seed, draw, micro_batch: microBatch }, inputs });
    const [selected] = await plan.read(plan.result.keep);
    const rows = Array.from(selected!, (value, row) => (value === 1 ? row : -1)).filter((row) => row >= 0);
    assert.equal(rows.length, 12);
    return rows.join();
  };
  const first = await drawn(17, 3, 0);
  assert.equal(await drawn(17, 3, 0), first);
  const others = [await drawn(18, 3, 0), await drawn(17, 4, 0), await drawn(17, 3, 1), await drawn(0xffffffff, 0xffffffff, 0)];
  assert.equal(new Set([first, ...others]).size, 5);
  plan.destroy();
});

test("covariance_select draws every token that it may about equally often", async () => {
  const rows = 40;
  const values = covarianceTokens(rows, 4);
  const options = { fraction: 0.1, among: everything };
  const times = new Map<number, number>();
  for (let draw = 0; draw < 600; draw += 1) {
    const { selected } = covarianceSelectReference(values, { ...options, among: { ...options.among, random: { ...random, draw } } });
    for (const [row, value] of selected.entries()) if (value === 1) times.set(row, (times.get(row) ?? 0) + 1);
  }
  const expected = (600 * 3) / times.size;
  for (const [row, count] of times) {
    assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `row ${row} was drawn ${count} times of ${expected}`);
  }
  const [selected] = await evaluate(device, () => [covarianceSelect(tensorsOf(rows), options).selected], {
    inputs: Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, Float32Array.from(data)])),
  });
  assert.deepEqual(Array.from(selected!), Array.from(covarianceSelectReference(values, options).selected));
});
