import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, fixed, stare } from "../../src/control/index.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, smallTrainer, untimed } from "../small_policy.ts";

const device = await sharedDevice();

async function metricsOf(options: SmallRun, steps = 2): Promise<Metrics[]> {
  const { trainer, model } = await smallTrainer(device, options);
  const metrics = untimed(await run(trainer.train, steps));
  trainer.destroy();
  model.destroy();
  return metrics;
}

const none = { entropy: { controller: "none", target: undefined } };
const learned = ({ loss, grad_norm, entropy }: Metrics): unknown => ({ loss, grad_norm, entropy });

test("stare above its target is plain GRPO, bit for bit; below it the loss differs, and the gate has no say", async () => {
  const [plain, above, below] = [
    await metricsOf(none),
    await metricsOf({ controller: stare({ target: 0.1 }) }),
    await metricsOf({ controller: stare({ target: 2.5, weight: 1.5, side: "both" }) }),
  ];
  assert.deepEqual(above.map(learned), plain.map(learned));
  assert.notEqual(below[0]!.grad_norm, plain[0]!.grad_norm);
  assert.deepEqual([above[0]!["entropic/alpha"], below[0]!["entropic/alpha"], below[0]!["entropic/gated_fraction"]], [0, -0.5, 0]);
});

test("stare multiplies nothing twice: the updates of a rollout begin from the advantages that were given", async () => {
  const twice = { grpo: { updatesPerRollout: 2, learningRate: 0 } };
  const controller = stare({ target: 2.5, weight: 1.5, share: 1 });
  const [one, two] = [await metricsOf({ controller, grpo: { learningRate: 0 } }, 1), await metricsOf({ controller, ...twice }, 1)];
  // The policy does not move, so that both updates of the second run have the gradient of the first run's one.
  assert.ok(Math.abs(two[0]!.grad_norm! / one[0]!.grad_norm! - 1) < 1e-6, `${one[0]!.grad_norm}, ${two[0]!.grad_norm}`);
});

test("clip: the bounds move as alpha says, from the second update of a rollout on, and no control term acts", async () => {
  // The first update is the same for all, so that the second sees the same ratios under other bounds.
  const grpo = { updatesPerRollout: 2, learningRate: 0.02 };
  const clipped = async (target: number): Promise<Metrics> =>
    (await metricsOf({ grpo, controller: clip({ target, kp: 100, span: 50 }) }, 1))[0]!;
  const [plain, low, high] = [(await metricsOf({ ...none, grpo }, 1))[0]!, await clipped(0.1), await clipped(2.5)];
  const below = [low, plain, high].map((line) => line["clip_ratio/low_mean"]!);
  const above = [low, plain, high].map((line) => line["clip_ratio/high_mean"]!);
  // Above the target the lower bound is wide and the upper one narrow; below it, the other way round.
  assert.ok(below[0]! <= below[1]! && below[1]! <= below[2]! && below[0]! < below[2]!, `clipped from below: ${below}`);
  assert.ok(above[0]! >= above[1]! && above[1]! >= above[2]! && above[0]! > above[2]!, `clipped from above: ${above}`);
  const still = { grpo: { updatesPerRollout: 2, learningRate: 0 } };
  const unmoved = await metricsOf({ ...still, controller: clip({ target: 0.1 }) }, 1);
  assert.deepEqual(unmoved.map(learned), (await metricsOf({ ...none, ...still }, 1)).map(learned));
  assert.notDeepEqual(unmoved.map(learned), (await metricsOf({ ...still, controller: fixed({ alpha: 0.9 }) }, 1)).map(learned));
});

test("clip is refused with a loss that has no bounds which it could move", async () => {
  await assert.rejects(
    smallTrainer(device, { grpo: { loss: "cispo", updatesPerRollout: 2 }, controller: clip() }),
    /^ConfigError: grpo\.loss is "cispo"; it must be ppo-clip, gspo with controller clip, which moves the bounds of a clip$/,
  );
});

for (const entropy of [
  { controller: "stare", target: 2.5, adaptive: true },
  { controller: "clip", target: 1 },
]) {
  test(`a run with controller ${entropy.controller} has the same bits after it was resumed, in several micro-batches`, async () => {
    const options = { entropy, grpo: { updatesPerRollout: 2, microBatchRows: 37 } };
    const [whole, first] = [await smallTrainer(device, options), await smallTrainer(device, options)];
    const expected = await run(whole.trainer.train, 3);
    await run(first.trainer.train, 1);
    const second = await smallTrainer(device, { ...options, model: await first.model.clone() });
    second.trainer.load(await first.trainer.save());
    assert.deepEqual(untimed(await run(second.trainer.train, 2)), untimed(expected.slice(1)));
  });
}
