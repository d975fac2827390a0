import assert from "node:assert/strict";
import { after, test } from "node:test";
import { buildPlan, evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { defineOp } from "../../src/ops/define.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
const uniforms = await openDevice({ immediates: false });
after(() => {
  device.destroy();
  uniforms.destroy();
});

const SCALE = `
// y = factor * x, row by row. One workgroup a row.
import package::lib::grid::linear_workgroup;
import constants::LANES;

struct Parameters { columns: u32, factor: f32 }
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [N, C]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let begin = linear_workgroup(workgroup, workgroups) * parameters.columns;
  for (var column = lane; column < parameters.columns; column += LANES) {
    y[begin + column] = parameters.factor * x[begin + column];
  }
}`;

const scaleOp = defineOp<{ x: Tensor }, "y", { readonly factor: number }>({
  name: "scale",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs: { x }, outputs: { y }, attributes: { factor } }) => [
    {
      kernel: { name: "scale", wgsl: SCALE },
      bindings: { x, y },
      parameters: { columns: x.size(1), factor },
      workgroups: x.shape[0]!,
    },
  ],
  backward: ({ attributes }, { gradient }) => ({ x: scale(gradient("y")!, attributes.factor) }),
});

function scale(x: Tensor, factor: number): Tensor {
  return scaleOp({ x }, { factor }).y;
}

for (const on of [device, uniforms]) {
  test(`a user's own kernel is an op like any other, ${on === device ? "as the device is" : "with uniforms"}`, async () => {
    const errors = await checkOp(on, {
      name: "scale",
      inputs: { x: normal([5, 13], 1) },
      dynamicRows: ["x"],
      op: ({ x }) => ({ y: scale(x!, -2.5) }),
      reference: ({ x }) => ({ y: x!.data.map((value) => -2.5 * value) }),
      gradients: ["x"],
    });
    for (const [name, error] of Object.entries(errors)) assert.ok(error < 1e-6, `${name}: relative error ${error}`);
  });
}

/** An op whose dispatch is made wrong on purpose. */
function broken(change: { bindings?: Record<string, Tensor>; parameters?: Record<string, number> }) {
  return defineOp<{ x: Tensor }, "y">({
    name: "broken",
    shape: ({ x }) => ({ y: { shape: x.shape } }),
    forward: ({ inputs: { x }, outputs: { y } }) => [
      { kernel: { name: "scale", wgsl: SCALE }, bindings: { x, y }, parameters: { columns: 1, factor: 1 }, workgroups: 1, ...change },
    ],
  });
}

test("a dispatch that does not fit its kernel names the op, the kernel and what is missing", async () => {
  const run = (change: Parameters<typeof broken>[0]): Promise<unknown> =>
    evaluate(device, () => [broken(change)({ x: input("x", [1, 1]) }, {}).y]);
  await assert.rejects(run({ parameters: { columns: 1 } }), /broken: kernel scale needs parameter factor/);
  await assert.rejects(run({ bindings: {} }), /broken: kernel scale needs x \[N, C\], which was not given/);
  await assert.rejects(
    buildPlan(device, "extra", () => {
      const x = input("x", [1, 1]);
      return { keep: [broken({ bindings: { x, y: x, z: x } })({ x }, {}).y] };
    }),
    /broken: kernel scale has no binding z; it has x, y/,
  );
});
