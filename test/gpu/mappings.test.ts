import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createBuffer } from "../../src/gpu/buffer.ts";
import { createMappingCheck } from "../../src/gpu/mappings.ts";
import { createStats } from "../../src/gpu/stats.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { processMappings } from "../../src/node/process_mappings.ts";
import { add } from "../../src/ops/add.ts";

const device = await openDevice();
after(() => device.destroy());

test("mappings that would come too near to the limit are refused by name, and the system is asked only then", () => {
  const stats = createStats();
  let [count, asked] = [500, 0];
  const ask = (): number => {
    asked += 1;
    return count;
  };
  const require = createMappingCheck({ limit: 10_000, count: ask }, stats);
  for (let i = 0; i < 100; i += 1) require("a small plan", 20);
  assert.equal(asked, 1, "nothing was created, so the system need not be asked again");
  stats.bindGroups += 4000;
  require("a plan", 20);
  assert.equal(asked, 2, "much was created since");
  stats.bindGroups += 4000;
  count = 7900;
  assert.throws(
    () => require("plan decode", 400),
    /^MemoryError: plan decode takes up to 400 memory mappings; this process has 7900 of 10000 \(vm\.max_map_count\)\. Destroy .+$/,
  );
});

test("plans and buffers are refused before they are created", async () => {
  const limited = { ...device, requireMappings: createMappingCheck({ limit: 2100, count: () => 2052 }, device.stats) };
  const before = { ...device.stats };
  await assert.rejects(
    buildPlan(limited, "sums", () => ({ keep: [add(input("a", [4]), input("b", [4]))] })),
    /plan sums takes up to 1 memory mappings/,
  );
  assert.throws(() => createBuffer(limited, "keys 0", 64), /keys 0 takes up to 1 memory mappings/);
  assert.equal(device.stats.buffers, before.buffers);
  assert.equal(device.stats.bindGroups, before.bindGroups);
});

test("on Linux the limit and the number of mappings are those of the system", { skip: process.platform !== "linux" }, () => {
  const { limit, count } = processMappings()!;
  assert.ok(limit >= 1024, `a limit of ${limit}`);
  assert.ok(count() > 20 && count() < limit, `${count()} mappings`);
});
