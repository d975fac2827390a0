import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createFlight } from "../../src/gpu/flight.ts";

const WATCHDOG = 0.4;

function open() {
  const failures: Error[] = [];
  const gpu = { lost: new Promise(() => {}) } as unknown as GPUDevice;
  const flight = createFlight({ gpu, watchdog: WATCHDOG, fail: (error) => failures.push(error), assertHealthy: () => {} });
  return { flight, failures };
}

test("kernels that compile one after another may take longer together than the watchdog's time", async () => {
  const { flight, failures } = open();
  const compiled = Array.from({ length: 8 }, (_, i) => flight.wait(`kernel ${i}`, sleep((i + 1) * 500 * WATCHDOG, i)));
  assert.deepEqual(await Promise.all(compiled), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(failures, []);
});

test("a kernel that is not done within the watchdog's time after the others is named", async () => {
  const { flight, failures } = open();
  const slow = assert.rejects(
    flight.wait("the compiler of kernel 9", new Promise(() => {})),
    /has not finished "the compiler of kernel 9"/,
  );
  await flight.wait("kernel 0", sleep(100 * WATCHDOG));
  await slow;
  assert.equal(failures.length, 1);
});
