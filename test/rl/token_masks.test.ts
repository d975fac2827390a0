import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../src/report/metrics.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, smallTrainer, untimed } from "../small_policy.ts";

const device = await sharedDevice();

async function metricsOf(options: SmallRun, steps: number): Promise<Metrics[]> {
  const { trainer, model } = await smallTrainer(device, options);
  const metrics = await run(trainer.train, steps);
  trainer.destroy();
  model.destroy();
  for (const [name, value] of metrics.flatMap((step) => Object.entries(step))) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  return metrics;
}

const offPolicy = { updatesPerRollout: 2, learningRate: 0.01 };

test("erc drops tokens once entropies have changed, and with wide bounds it is PPO's clip", async () => {
  const [first] = await metricsOf({ grpo: { ...offPolicy, loss: "erc" } }, 1);
  const [plain] = await metricsOf({ grpo: offPolicy }, 1);
  const [wide] = await metricsOf({ grpo: { ...offPolicy, loss: "erc", ercLow: 1, ercHigh: 1e9 } }, 1);
  // Nothing is dropped in the first of the two updates, so that the mean over both is a half at most.
  const clipped = first!["entropy_ratio/clipped"]!;
  assert.ok(clipped > 0.02 && clipped <= 0.5, `${clipped} of the tokens are dropped`);
  assert.notEqual(first!.grad_norm, plain!.grad_norm);
  assert.equal(wide!["entropy_ratio/clipped"], 0);
  for (const name of ["loss", "grad_norm", "clip_ratio/region_mean"] as const) {
    assert.ok(Math.abs(wide![name]! - plain![name]!) <= 1e-5 * (1 + Math.abs(plain![name]!)), `${name}: ${wide![name]}, ${plain![name]}`);
  }
  assert.ok(!("entropy_ratio/clipped" in plain!));
});

test("erc compares with the entropies at sampling: on the first update nothing has changed", async () => {
  for (const grpo of [{}, { microBatchRows: 37 }, { mis: [0.5, 2] }]) {
    const [step] = await metricsOf({ grpo: { ...grpo, loss: "erc", ercLow: 0.001, ercHigh: 0.001 } }, 1);
    assert.equal(step!["entropy_ratio/clipped"], 0, JSON.stringify(grpo));
  }
});

test("dppo masks tokens off-policy by the change of their probability", async () => {
  const masked = async (grpo: object): Promise<number> => {
    const [step] = await metricsOf({ grpo: { ...offPolicy, loss: "dppo", ...grpo } }, 1);
    return step!["clip_ratio/region_mean"]!;
  };
  const [narrow, wide, onPolicy] = [await masked({ dppoDelta: 0.005 }), await masked({}), await masked({ updatesPerRollout: 1 })];
  assert.ok(narrow > wide && onPolicy === 0, `${narrow}, ${wide} and ${onPolicy} are masked`);
  assert.ok((await masked({ dppoDivergence: "kl", dppoDelta: 1e-4 })) > 0);
});

test("tokenShare: the surrogate of a fifth of the tokens, chosen in each pass", async () => {
  const fixed = { controller: "none" };
  const [all] = await metricsOf({ entropy: fixed }, 1);
  const [fifth] = await metricsOf({ grpo: { tokenShare: 0.2 }, entropy: fixed }, 1);
  const share = fifth!["token_share/selected"]!;
  assert.ok(share > 0.15 && share <= 0.2, `${share} of the tokens learn`);
  assert.ok(fifth!["token_share/least_entropy"]! > all!.entropy!, "tokens above the mean entropy learn");
  assert.ok(fifth!.grad_norm! < all!.grad_norm! && fifth!.grad_norm! > 0);
  assert.ok(!("token_share/selected" in all!));
  const [parts] = await metricsOf({ grpo: { tokenShare: 0.2, microBatchRows: 37 }, entropy: fixed }, 1);
  assert.ok(parts!["token_share/selected"]! > 0.1 && parts!["token_share/selected"]! <= 0.2);
});

test("tokenShare leaves the control term of every token: without advantages of the surrogate alpha still acts", async () => {
  const norm = async (alpha: number): Promise<number> => {
    const [step] = await metricsOf({ grpo: { tokenShare: 1e-6 }, entropy: { controller: "fixed", alpha } }, 1);
    return step!.grad_norm!;
  };
  // One token of the batch has a surrogate; all have a control term.
  const [without, controlled] = [await norm(0), await norm(0.9)];
  assert.ok(controlled > 3 * without, `gradient ${without} without control and ${controlled} with it`);
});

test("icepop and mis mask what lies out of their range, and a range around 1 changes nothing but rounding", async () => {
  const [plain] = await metricsOf({}, 1);
  for (const name of ["icepop", "mis"]) {
    const [inside] = await metricsOf({ grpo: { [name]: [0.5, 2] } }, 1);
    assert.equal(inside!["sampling/importance_sampling_masked"], 0);
    assert.ok(Math.abs(inside!.grad_norm! / plain!.grad_norm! - 1) < 1e-3);
    const [outside] = await metricsOf({ grpo: { [name]: [1.5, 2] }, entropy: { controller: "none" } }, 1);
    assert.equal(outside!["sampling/importance_sampling_masked"], 1);
    assert.equal(outside!.grad_norm, 0);
  }
  assert.ok(!("sampling/importance_sampling_masked" in plain!));
});

for (const grpo of [
  { ...offPolicy, loss: "erc", tokenShare: 0.5, mis: [0.5, 2], microBatchRows: 37 },
  { ...offPolicy, loss: "dppo", dppoDelta: 0.01, icepop: [0.5, 2], tokenShare: 0.5 },
]) {
  test(`${grpo.loss} with masks of tokens: a resumed run equals the uninterrupted one`, async () => {
    const whole = await smallTrainer(device, { grpo });
    const expected = await run(whole.trainer.train, 3);
    const first = await smallTrainer(device, { grpo });
    await run(first.trainer.train, 1);
    const model = await first.model.clone();
    const { trainer: second } = await smallTrainer(device, { grpo, model });
    second.load(await first.trainer.save());
    assert.deepEqual(untimed(await run(second.train, 2)), untimed(expected.slice(1)));
    for (const { trainer } of [whole, first, { trainer: second }]) trainer.destroy();
  });
}
