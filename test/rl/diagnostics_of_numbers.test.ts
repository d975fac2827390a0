import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../src/report/metrics.ts";
import { diagnose, flat, namesOf } from "./diagnose.ts";

test("dead lever: groups that are all alike, where advantages compare within groups", () => {
  const alike = flat(12, { frac_reward_zero_std: 0.97, reward: 0.99 });
  const [finding] = diagnose(alike);
  assert.equal(finding?.name, "dead-lever-rewards");
  assert.equal(finding.message, "97 % of the groups have equal rewards (10 steps, mean reward 0.99): their advantages are 0");
  assert.deepEqual(diagnose(alike, { comparesWithinGroups: false }), []);
  assert.deepEqual(diagnose(flat(30, { frac_reward_zero_std: 0.8, reward: 0.9 })), []);
});

test("non-finite: once as a warning, again as an error when it goes on; null from a metrics file counts", () => {
  const good = { loss: 0.1, grad_norm: 1, entropy: 0.4 };
  const history = flat(12, good).map((metrics) =>
    metrics.step >= 6 && metrics.step <= 9 ? { ...metrics, grad_norm: Number.NaN } : metrics,
  );
  const findings = diagnose(history);
  assert.deepEqual(
    findings.map(({ name, step, severity }) => [name, step, severity]),
    [
      ["non-finite", 6, "warning"],
      ["non-finite", 8, "error"],
    ],
  );
  assert.equal(findings[0]!.message, "grad_norm is not finite (1 of the last 6 steps); the step changed no parameter");
  assert.equal(diagnose(JSON.parse(JSON.stringify(history)) as Metrics[]).length, 2);
  assert.deepEqual(diagnose(flat(12, good)), []);
});

test("non-finite: a step that AdamW's look ahead has skipped, though its gradient is finite", () => {
  const history = flat(6, { loss: 0.1, grad_norm: 1, entropy: 0.4 }).map((metrics) => ({
    ...metrics,
    skipped_steps: metrics.step < 4 ? 0 : 1,
  }));
  const findings = diagnose(history);
  assert.deepEqual(
    findings.map(({ name, step, message }) => [name, step, message]),
    [["non-finite", 4, "AdamW's update is not finite (1 of the last 4 steps); the step changed no parameter"]],
  );
});

test("non-finite: steps that were skipped before a history begins are none of its own", () => {
  const history = flat(4, { loss: 0.1, grad_norm: 1, entropy: 0.4, skipped_steps: 1 });
  assert.deepEqual(
    diagnose(history).map(({ step }) => step),
    [1],
  );
  assert.deepEqual(diagnose(history.slice(1)), []);
});

test("unscored and all-masked are said at the first such step", () => {
  const [unscored, ...more] = diagnose(flat(1, { frac_unscored: 1, frac_reward_zero_std: 1 }));
  assert.deepEqual([unscored?.name, unscored?.severity, more], ["unscored", "error", []]);
  assert.deepEqual(diagnose(flat(30, { frac_unscored: 0.9, reward: 1 })), []);
  const [masked, ...others] = diagnose(flat(1, { "completions/masked_ratio": 1 }));
  assert.deepEqual([masked?.name, masked?.severity, others], ["all-masked", "warning", []]);
  assert.deepEqual(diagnose(flat(30, { "completions/masked_ratio": 0.9 })), []);
  assert.deepEqual(
    namesOf(diagnose(flat(12, { frac_unscored: 1, frac_reward_zero_std: 1 }))),
    ["unscored"],
    "there is no mean reward to name",
  );
});
