import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Device } from "../../src/gpu/device.ts";
import { DeviceLostError } from "../../src/gpu/errors.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { OPTIMIZER_STATE } from "../../src/ops/records.ts";
import { createHeartbeat } from "../../src/optim/heartbeat.ts";
import { smallTrainer } from "../small_policy.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

async function open(): Promise<Device> {
  const device = await openDevice();
  devices.push(device);
  return device;
}

const isLoss = (error: unknown): boolean =>
  error instanceof DeviceLostError && /^the GPU was lost \(.+\); open the device again .*microBatchRows/.test(error.message);

test("a device that is lost in a step says so at once and ever after, with a remedy", async () => {
  const device = await open();
  const { trainer, model } = await smallTrainer(device);
  await trainer.train();
  const step = trainer.train();
  device.gpu.destroy();
  await assert.rejects(step, isLoss);
  for (const call of [() => trainer.train(), () => trainer.evaluate(), () => trainer.save(), () => model.clone()]) {
    await assert.rejects(call(), isLoss);
  }
});

/** Lets the driver drop the submission of this number, as Metal and i915 do without a word with work that takes long. */
function dropSubmission(device: Device, victim: number): void {
  const { queue } = device.gpu;
  const submit = queue.submit.bind(queue);
  let count = 0;
  queue.submit = (commands) => {
    count += 1;
    submit(count === victim ? [] : commands);
  };
}

test("whichever submission of a step a driver drops, the step fails and so does everything after it", async () => {
  for (const [victim, what] of [
    [1, "the prefill"],
    [3, "the reading of what was sampled"],
    [4, "the update"],
  ] as const) {
    const device = await open();
    const { trainer } = await smallTrainer(device);
    await trainer.train();
    dropSubmission(device, victim);
    const dropped = {
      name: "DeviceLostError",
      message: /^the GPU dropped work without an error: ".+" was submitted and left no trace; .*microBatchRows/,
    };
    await assert.rejects(trainer.train(), dropped, what);
    await assert.rejects(trainer.save(), dropped, "half a step is not saved");
  }
});

test("the optimiser's own count and the sequences' own lengths show a dropped step, too", async () => {
  for (const [place, pattern] of [
    [1, /a sequence has \d new tokens where \d were asked for/],
    [4, /it counts 1 optimiser steps where 2 were submitted/],
  ] as const) {
    const device = await open();
    Object.assign(device.stamps, { copyTo: () => () => {} });
    const { trainer } = await smallTrainer(device);
    await trainer.train();
    dropSubmission(device, place);
    await assert.rejects(trainer.train(), pattern);
  }
});

test("a step that was left out counts as one step, and a resumed count goes on", () => {
  const failed: Error[] = [];
  const heartbeat = createHeartbeat({ fail: (error: Error) => failed.push(error) } as unknown as Device);
  const state = (step: number, skipped: number) => Float32Array.from(OPTIMIZER_STATE.pack({ step, skipped }));
  heartbeat.beat(state(1, 0));
  heartbeat.beat(state(1, 1));
  heartbeat.restart(state(40, 2));
  heartbeat.beat(state(41, 2));
  assert.throws(() => heartbeat.beat(state(41, 2)), /it counts 43 optimiser steps where 44 were submitted/);
  assert.throws(() => heartbeat.beat(state(43, 2)), /it counts 45 optimiser steps where 44 were submitted/);
  assert.equal(failed.length, 2);
});

test("a kernel that does not end is named when the watchdog's time is over, and the program can leave", () => {
  const program = fileURLToPath(new URL("hang_program.ts", import.meta.url));
  const { status, signal, stdout } = spawnSync(process.execPath, ["--import", "tsx", program], { encoding: "utf8", timeout: 15_000 });
  // It is SIGTERM after the timeout. On Windows whoever ends itself has an exit code.
  assert.deepEqual([signal, status], process.platform === "win32" ? [null, 1] : ["SIGKILL", null], stdout);
  assert.match(
    stdout,
    /^DeviceLostError after [1-4]\.\d s: the GPU has not finished "spinning, dispatch 1 \(spin spin\)" within .* 1 s: .*ENTROPIC_WATCHDOG/,
  );
});
