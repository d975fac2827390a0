// A kernel of one's own, forward and backward: y = max(x, 0)^2 becomes an op like any other. checkOp compares it with finite differences.
import { ceilDivide, checkOp, defineOp, evaluate, input, normal, openDevice, product, type Tensor } from "entropic-webgpu";

const SQUARED_RELU = `
struct Parameters { count: u32 }
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [N, C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if id.x < parameters.count {
    let r = max(x[id.x], 0.0);
    y[id.x] = r * r;
  }
}`;

const SQUARED_RELU_BACKWARD = `
struct Parameters { count: u32 }
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> grad_y: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read_write> grad_x: array<f32>; // [N, C]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if id.x < parameters.count { grad_x[id.x] = 2.0 * max(x[id.x], 0.0) * grad_y[id.x]; }
}`;

const squaredReluOp = defineOp<{ x: Tensor }, "y">({
  name: "squared_relu",
  shape: ({ x }) => ({ y: { shape: x.shape } }),
  forward: ({ inputs: { x }, outputs: { y } }) => {
    const count = product(...x.shape);
    const kernel = { name: "squared_relu", wgsl: SQUARED_RELU };
    return [{ kernel, bindings: { x, y }, parameters: { count }, workgroups: [ceilDivide(count, 64), 1, 1] }];
  },
  backward: ({ inputs: { x } }, { gradient }) => ({ x: squaredReluBackward({ x, grad_y: gradient("y")! }, {}).grad_x }),
});

const squaredReluBackward = defineOp<{ x: Tensor; grad_y: Tensor }, "grad_x">({
  name: "squared_relu_backward",
  shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
  forward: ({ inputs, outputs }) => {
    const count = product(...inputs.x.shape);
    const kernel = { name: "squared_relu_backward", wgsl: SQUARED_RELU_BACKWARD };
    return [{ kernel, bindings: { ...inputs, ...outputs }, parameters: { count }, workgroups: [ceilDivide(count, 64), 1, 1] }];
  },
});

const device = await openDevice();
const [y] = await evaluate(device, () => [squaredReluOp({ x: input("x", [1, 4]) }, {}).y], {
  inputs: { x: Float32Array.of(-2, -0.5, 0.5, 3) },
});
console.log(`squared_relu(-2, -0.5, 0.5, 3) = ${[...y!].join(", ")}`);

const errors = await checkOp(device, {
  name: "squared_relu",
  inputs: { x: normal([5, 13], 1) },
  op: ({ x }) => ({ y: squaredReluOp({ x: x! }, {}).y }),
  reference: ({ x }) => ({ y: x!.data.map((value) => Math.max(value, 0) ** 2) }),
  gradients: ["x"],
});
for (const [name, error] of Object.entries(errors)) console.log(`${name}: relative error ${error.toExponential(1)}`);
if (Object.values(errors).some((error) => !(error < 1e-4))) throw new Error("the kernel and its reference differ");
