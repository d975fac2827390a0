import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { defineOp } from "../../src/ops/define.ts";
import { rowLanes } from "../../src/ops/row_lanes.ts";

const device = await openDevice();
const hardware = await openDevice({ kernels: "hardware", tune: false });
after(() => {
  device.destroy();
  hardware.destroy();
});

/** Every lane of every workgroup writes the sum and the maximum of the workgroup's values, twice, so that scratch memory is used again. */
const WGSL = `
import package::lib::reduce::{reduce_max, reduce_sum};
import constants::LANES;
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, LANES]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [N, LANES, 4]
@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let i = workgroup.x * LANES + lane;
  y[4u * i] = reduce_sum(x[i], lane);
  y[4u * i + 1u] = reduce_max(x[i], lane);
  y[4u * i + 2u] = reduce_sum(2.0 * x[i], lane);
  y[4u * i + 3u] = reduce_max(-x[i], lane);
}`;

const ROWS = 3;

async function reduced(on: Device, lanes: number): Promise<Float32Array> {
  const op = defineOp<{ x: Tensor }, "y">({
    name: "reduce",
    shape: ({ x }) => ({ y: { shape: [4 * x.size(0)] } }),
    forward: ({ inputs, outputs }) => [
      {
        kernel: { name: "reduce", wgsl: WGSL },
        variant: { constants: { LANES: lanes }, conditions: { SEVERAL_SUBGROUPS: on.subgroups && lanes > on.lanes } },
        bindings: { ...inputs, ...outputs },
        workgroups: ROWS,
      },
    ],
  });
  const [y] = await evaluate(on, () => [op({ x: input("x", [ROWS * lanes]) }, {}).y], { inputs: { x: valuesOf(lanes) } });
  return y as Float32Array;
}

/** Integers, whose sums are exact in any order; the largest and the smallest lie in a lane of their own in every row. */
function valuesOf(lanes: number): Float32Array {
  return Float32Array.from(
    { length: ROWS * lanes },
    (_, i) => ((i * 37) % 101) - 50 + (i % lanes === lanes - 1 - Math.floor(i / lanes) ? 100 : 0),
  );
}

function expectedOf(lanes: number): number[] {
  const values = [...valuesOf(lanes)];
  return Array.from({ length: ROWS }, (_, row) => values.slice(row * lanes, (row + 1) * lanes)).flatMap((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.flatMap(() => [sum, Math.max(...row), 2 * sum, -Math.min(...row)]);
  });
}

const subgroup = device.subgroups ? device.lanes : undefined;
for (const lanes of [4, 8, 16, 32, 64, 128, 256]) {
  const skip = subgroup !== undefined && lanes < subgroup ? `${device.name} has ${subgroup} lanes a subgroup` : false;
  test(`${lanes} lanes reduce to one sum and one maximum on ${device.name}`, { skip }, async () => {
    assert.deepEqual([...(await reduced(device, lanes))], expectedOf(lanes));
  });
}

test("lanes reduce without subgroups too", async () => {
  const plain = await openDevice({ subgroups: false });
  for (const lanes of [4, 256]) assert.deepEqual([...(await reduced(plain, lanes))], expectedOf(lanes));
  plain.destroy();
});

test("long rows have more lanes on hardware, and a subgroup has a row on software", () => {
  const own = (columns: number) => rowLanes(device, columns).lanes;
  assert.deepEqual([own(1), own(152_000)], [device.lanes, device.lanes]);
  assert.equal(rowLanes(device, 152_000).conditions.SEVERAL_SUBGROUPS, false);
  const askedSizes = { forOperations: undefined, forRegisters: undefined };
  const traits = { software: false, subgroups: true, lanes: 32, askedSizes, limits: device.limits };
  const lanesOf = (on: typeof traits) => [1, 128, 512, 513, 768, 1025, 4096, 152_000].map((columns) => rowLanes(on, columns).lanes);
  assert.deepEqual(lanesOf(traits), [32, 32, 32, 64, 64, 128, 256, 256]);
  const intel = { ...traits, lanes: 16, askedSizes: { forOperations: 16, forRegisters: 8 } } as unknown as typeof traits;
  assert.deepEqual(lanesOf(intel), [16, 16, 64, 128, 128, 256, 256, 256], "few registers hold two quads");
  const limits = { ...device.limits, maxComputeInvocationsPerWorkgroup: 128, maxComputeWorkgroupSizeX: 128 };
  assert.equal(rowLanes({ ...traits, limits }, 152_000).lanes, 128);
  const { lanes, constants, conditions } = rowLanes(hardware, 152_000);
  assert.deepEqual([lanes, constants, conditions], [256, { LANES: 256 }, { SEVERAL_SUBGROUPS: hardware.subgroups }]);
});
