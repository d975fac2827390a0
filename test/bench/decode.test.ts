import assert from "node:assert/strict";
import { test } from "node:test";
import { type DecodeTime, timeDecoding, timeDifference } from "../../bench/gpu_day/decode.ts";
import { middleStep } from "../../bench/gpu_day/profile.ts";
import { miniature, SHAPES } from "../../bench/gpu_day/shapes.ts";
import { repeat } from "../../bench/pace.ts";
import { initializeRepeatedly, repeatedNormal } from "../../bench/pattern.ts";
import { buildModel } from "../../models/index.ts";
import { DeviceLostError } from "../../src/gpu/errors.ts";
import { readParameterValues } from "../../src/nn/parameter_memory.ts";
import { placeModule } from "../../src/nn/place.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { normal } from "../../src/testing/values.ts";

const shape = miniature(SHAPES.find(({ name }) => name === "Qwen")!);

/** A clock that moves by what runs, and by this much whenever it is read. */
function fakeClock(tick = 0) {
  let time = 0;
  const now = (): number => {
    time += tick;
    return time;
  };
  const spend = (milliseconds: number) => async (): Promise<void> => {
    time += milliseconds;
  };
  return { now, spend };
}

test("the time of decoding is right while clocks rise", async () => {
  const { now, spend } = fakeClock();
  // Each call is faster than the one before, by the same amount.
  let calls = 0;
  const slowing = (milliseconds: number) => async () => {
    calls += 1;
    await spend(milliseconds * (2 - calls / 100))();
  };
  const differences = await timeDifference(slowing(1100), slowing(1000), { runs: 5, milliseconds: 0 }, now);
  assert.equal(differences.length, 5);
  for (const [round, difference] of differences.entries()) {
    assert.ok(Math.abs(difference - 100 * (2 - (2 * round + 2) / 100)) < 1e-6, `${difference} in round ${round}`);
  }
});

test("a span has its runs and its time", async () => {
  const { now, spend } = fakeClock();
  assert.equal((await repeat({ runs: 3, milliseconds: 0 }, spend(10), now)).length, 3);
  assert.equal((await repeat({ runs: 3, milliseconds: 95 }, spend(10), now)).length, 10);
});

test("a device that fails leaves the times before and says why there are no more, and no sampler stays", async () => {
  const device = await openDevice({ kernels: "hardware", tune: false });
  let isFailing = false;
  const reported: number[] = [];
  const report = (times: readonly DecodeTime[]): void => {
    reported.push(times.length);
    isFailing = times.length === 2;
  };
  const { now: tick } = fakeClock(100);
  const now = (): number => {
    if (isFailing) device.fail(new DeviceLostError("the GPU has no memory left\nfor it"));
    return tick();
  };
  const before = device.stats.bytesAllocated;
  const times = await timeDecoding(device, shape, { sequences: [1, 2], topP: [1, 0.9], newTokens: 5, now, report });
  assert.deepEqual(reported, [1, 2, 3, 4]);
  assert.deepEqual(
    times.map(({ failed }) => failed),
    [undefined, undefined, "the GPU has no memory left", "the GPU has no memory left"],
  );
  for (const { rounds, milliseconds, millisecondsPerToken } of times.slice(0, 2)) {
    // A round reads the clock four or five times: what is measured takes a GPU three seconds.
    assert.ok(rounds! >= 6 && rounds! <= 8, `${rounds} rounds`);
    assert.equal(millisecondsPerToken, milliseconds!.median);
  }
  assert.equal(device.stats.bytesAllocated, before);
  device.destroy();
});

test("the encoding of a profile is that of the step in the middle", () => {
  const step = (encoding: number) => {
    const submission = { label: "update", encodeStart: 1, encodeEnd: 1 + encoding, done: 9, dispatchCount: 1, dispatches: [] };
    return { step: 0, start: 0, end: 10, submissions: [submission] };
  };
  assert.equal(middleStep([5, 1, 90, 2, 3].map(step)).submissions[0]!.encodeEnd, 4);
  assert.equal(middleStep([step(7)]).submissions[0]!.encodeEnd, 8);
});

test("large benchmarks have random numbers that repeat, small ones those that they had", async () => {
  assert.deepEqual(repeatedNormal([64, 32], 3), normal([64, 32], 3));
  const { data } = repeatedNormal([2048, 1024], 3);
  assert.equal(data.length, 2048 * 1024);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  assert.ok(Math.abs(mean) < 0.05 && Math.abs(variance - 1) < 0.05, `${mean}, ${variance}`);
  assert.notDeepEqual(data.subarray(0, 1024), data.subarray(1024, 2048));
  assert.ok(data.subarray(16_381 * 100).every((value, at) => value === data[at]));
});

test("a model's values have the sizes that its initialisation says, over all of a large matrix", async () => {
  const device = await openDevice();
  const model = buildModel({ ...shape.config, vocab_size: 20_000 });
  const placed = placeModule(device, model);
  initializeRepeatedly(placed, 1);
  const named = [...model.namedParameters()];
  const values = await readParameterValues(
    device,
    named.map(([, parameter]) => parameter),
  );
  assert.ok(values.some(({ length }) => length > 2 ** 20));
  for (const [index, [name, { initial }]] of named.entries()) {
    const own = values[index]!;
    if (initial.kind !== "normal") {
      assert.ok(initial.kind === "uniform" || own.every((value) => value === (initial.kind === "ones" ? 1 : 0)), name);
      continue;
    }
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / own.length);
    assert.ok(Math.abs(deviation / initial.standardDeviation - 1) < 0.1, `${name}: ${deviation}`);
    assert.ok(
      own.subarray(16_381).every((value, at) => value === own[at]),
      name,
    );
  }
  placed.destroy();
  device.destroy();
});
