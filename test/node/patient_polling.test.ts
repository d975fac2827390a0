import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { matmul } from "../../src/ops/matmul/op.ts";

const device = await openDevice();
after(() => device.destroy());

test("waiting for a software GPU leaves the main thread idle", { skip: !device.software }, async () => {
  const plan = await buildPlan(device, "long", () => {
    const a = input("a", [256, 256]);
    let y = matmul(a, a, { layout: "NN" });
    for (let i = 0; i < 20; i += 1) y = matmul(y, a, { layout: "NN" });
    return { keep: [y] };
  });
  plan.upload({ a: new Float32Array(256 * 256) });
  plan.run();
  await device.gpu.queue.onSubmittedWorkDone();
  const before = performance.eventLoopUtilization();
  for (let i = 0; i < 4; i += 1) plan.run();
  await device.gpu.queue.onSubmittedWorkDone();
  const { utilization } = performance.eventLoopUtilization(before);
  plan.destroy();
  assert.ok(utilization < 0.5, `the event loop was busy for ${(100 * utilization).toFixed(0)} % of the wait`);
});

test("setImmediate of everybody else is as it was", async () => {
  const order: string[] = [];
  // Long enough that only a callback that never comes would be overtaken.
  const timer = setTimeout(() => order.push("timeout"), 5000);
  await new Promise<void>((resolve) => {
    setImmediate((word: string) => {
      order.push(word);
      resolve();
    }, "immediate");
  });
  clearTimeout(timer);
  assert.deepEqual(order, ["immediate"]);
  clearImmediate(setImmediate(() => order.push("cleared")));
  assert.equal(await promisify(setImmediate)("value"), "value");
  assert.deepEqual(order, ["immediate"]);
});
