import assert from "node:assert/strict";
import { test } from "node:test";
import { create, globals } from "webgpu";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { fittingMatrices, SUBGROUP_MATRIX_FEATURE, type SubgroupMatrix } from "../../src/gpu/subgroup_matrix.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { type Layout, matmul } from "../../src/ops/matmul/op.ts";

/**
 * Dawn's null backend compiles everything and computes nothing. Its adapter is shown here with a subgroup size and the matrix
 * configurations that it has none of.
 */
Object.assign(globalThis, globals);
const gpu = create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);
const CONFIGURATIONS = [
  { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 },
  { componentType: "f32", resultComponentType: "f32", M: 8, N: 8, K: 8 },
  { componentType: "f16", resultComponentType: "f16", M: 8, N: 8, K: 8 },
  { componentType: "u8", resultComponentType: "u32", M: 8, N: 8, K: 32 },
  { componentType: "f16", resultComponentType: "f32", M: 16, N: 8, K: 16 },
];
const F32: SubgroupMatrix = { component: "f32", size: 8 };
const F16: SubgroupMatrix = { component: "f16", size: 16 };

async function nullDevice(wish: "f32" | "f16" | undefined, immediates = true): Promise<Device> {
  const adapter = (await gpu.requestAdapter())!;
  // Dawn insists on workgroups of whole subgroups of the largest size, 128 here.
  const info = { subgroupMinSize: 128, subgroupMaxSize: 128, subgroupMatrixConfigs: CONFIGURATIONS, vendor: "null", architecture: "" };
  const shown = {
    info: { ...info, device: "null", description: "null backend", isFallbackAdapter: false },
    features: adapter.features,
    limits: adapter.limits,
    requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  return createDevice({
    adapter: shown,
    wgslLanguageFeatures: gpu.wgslLanguageFeatures,
    shaders: loadShaders(),
    immediates,
    tuning: { mode: "off" },
    ...(wish ? { subgroupMatrix: wish } : {}),
  });
}

test("only square configurations with sums in f32 fit, those that lose precision only for who wants them", () => {
  const adapter = { features: new Set<string>([SUBGROUP_MATRIX_FEATURE, "shader-f16"]), info: { subgroupMatrixConfigs: CONFIGURATIONS } };
  assert.deepEqual(fittingMatrices(adapter, undefined), []);
  assert.deepEqual(fittingMatrices(adapter, "f32"), [F32]);
  assert.deepEqual(fittingMatrices(adapter, "f16"), [F32, F16]);
  assert.deepEqual(fittingMatrices({ ...adapter, features: new Set([SUBGROUP_MATRIX_FEATURE]) }, "f16"), [F32], "without half precision");
  assert.deepEqual(fittingMatrices({ ...adapter, features: new Set() }, "f16"), []);
  assert.deepEqual(fittingMatrices({ ...adapter, info: {} }, "f16"), []);
});

test("the kernel compiles in every variant, and a mistake in it would be noticed", async () => {
  for (const immediates of [true, false]) {
    const device = await nullDevice("f16", immediates);
    for (const layout of ["NN", "NT", "TN"] as const) {
      for (const { component, size } of [F32, F16]) {
        const conditions = { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN", F16: component === "f16" };
        const kernel = await device.kernel("matmul/subgroup_matrix", { conditions, constants: { SIZE: size } });
        assert.match(kernel.wgsl, new RegExp(`const SIZE = ${size}`));
        assert.equal(/enable f16;/.test(kernel.wgsl), component === "f16");
        assert.doesNotMatch(kernel.wgsl, /const row_major/);
      }
    }
    await assert.rejects(
      device.kernel("matmul/subgroup_matrix", { conditions: { NN: true }, constants: { SIZE: 7.5 } }),
      /does not compile/,
    );
    device.destroy();
  }
});

/** The kernels of a product of 40 x 36 x 44. */
async function kernelsOf(device: Device, layout: Layout): Promise<string> {
  const [a, b] = [layout === "TN" ? [44, 40] : [40, 44], layout === "NT" ? [36, 44] : [44, 36]];
  const plan = await buildPlan(device, "product", () => ({ keep: [matmul(input("a", a), input("b", b), { layout })] }));
  const ids = plan.launches.launches.map(({ kernel }) => kernel.id).join(" ");
  plan.destroy();
  return ids;
}

test("they are used where they were asked for and pass the check; here nothing is computed, so that nothing passes", async (context) => {
  const warnings: string[] = [];
  context.mock.method(console, "error", (line: string) => warnings.push(line));
  const device = await nullDevice("f32");
  assert.deepEqual(device.subgroupMatrices, [F32]);
  assert.equal(await kernelsOf(device, "NT"), "matmul/register");
  assert.match(warnings[0]!, /^warning: matmul\/subgroup_matrix is wrong on null backend \(relative error/);
  // A device whose checks pass.
  const trusting = Object.defineProperty(Object.create(device) as Device, "tuning", {
    value: { measures: false, settle: () => Promise.resolve(), choice: () => "f32 matrices of 8" },
  });
  for (const layout of ["NN", "NT", "TN"] as const) assert.equal(await kernelsOf(trusting, layout), "matmul/subgroup_matrix");
  const unasked = await nullDevice(undefined);
  assert.deepEqual(unasked.subgroupMatrices, []);
  assert.ok(!unasked.gpu.features.has(SUBGROUP_MATRIX_FEATURE));
});
