import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { fittingMatrices, SUBGROUP_MATRIX_FEATURE, type SubgroupMatrix } from "../../src/gpu/subgroup_matrix.ts";
import { SUBGROUP_SIZE_FEATURE } from "../../src/gpu/subgroups.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { type Layout, matmul } from "../../src/ops/matmul/op.ts";
import { nullDevice } from "./null_device.ts";

const CONFIGURATIONS = [
  { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16 },
  { componentType: "f32", resultComponentType: "f32", M: 8, N: 8, K: 8 },
  { componentType: "f16", resultComponentType: "f16", M: 8, N: 8, K: 8 },
  { componentType: "u8", resultComponentType: "u32", M: 8, N: 8, K: 32 },
  { componentType: "f16", resultComponentType: "f32", M: 16, N: 8, K: 16 },
];
const F32: SubgroupMatrix = { component: "f32", height: 8, width: 8, depth: 8, lanes: 32, emulated: false };
const F16: SubgroupMatrix = { component: "f16", height: 16, width: 16, depth: 16, lanes: 32, emulated: false };

function matrixDevice(subgroupMatrix: "f32" | "f16", immediates = true): Promise<Device> {
  return nullDevice({ subgroupMatrix, immediates }, CONFIGURATIONS);
}

test("only instructions fit that the kernel is written for, and those on f16 values only for who wants them", () => {
  const info = { subgroupMinSize: 32, subgroupMaxSize: 32, subgroupMatrixConfigs: CONFIGURATIONS };
  const adapter = { features: new Set<string>([SUBGROUP_MATRIX_FEATURE, "subgroups", "shader-f16"]), info };
  assert.deepEqual(fittingMatrices(adapter, undefined), []);
  assert.deepEqual(fittingMatrices(adapter, "f32"), [F32]);
  assert.deepEqual(fittingMatrices(adapter, "f16"), [F16, F32]);
  const withoutHalf = new Set([SUBGROUP_MATRIX_FEATURE, "subgroups"]);
  assert.deepEqual(fittingMatrices({ ...adapter, features: withoutHalf }, "f16"), [F32], "without half precision");
  assert.deepEqual(fittingMatrices({ ...adapter, features: new Set() }, "f16"), []);
  const fewLanes = { ...info, subgroupMinSize: 4, subgroupMaxSize: 4 };
  assert.deepEqual(fittingMatrices({ ...adapter, info: fewLanes }, "f16"), [], "subgroups of four");
  const several = { ...adapter, info: { ...info, subgroupMaxSize: 64 } };
  assert.deepEqual(fittingMatrices(several, "f16"), [], "subgroups of several sizes");
  const asking = new Set([...adapter.features, SUBGROUP_SIZE_FEATURE]);
  assert.deepEqual(fittingMatrices({ ...several, features: asking }, "f16"), [F16, F32], "kernels ask for the size");
  const small = { ...adapter, info: { ...info, subgroupMatrixConfigs: CONFIGURATIONS.slice(2) } };
  assert.deepEqual(fittingMatrices(small, "f16"), [{ ...F16, width: 8 }], "the largest that there is");
  const unknown = { ...adapter, info: { ...info, subgroupMatrixConfigs: [{ ...CONFIGURATIONS[0]!, K: 32 }] } };
  assert.deepEqual(fittingMatrices(unknown, "f16"), [], "a size that the kernel does not know");
  const emulated = [F16, F32].map((matrix) => ({ ...matrix, emulated: true }));
  assert.deepEqual(fittingMatrices({ features: new Set(), info: {} }, "emulated"), emulated);
});

const OFF = {
  ...{ EMULATED: false, F16: false, HALF_B: false, BF16: false, PAIRED: false },
  ...{ GELU: false, GELU_BACKWARD: false, ERF: false, SWIGLU: false, SWIGLU_BACKWARD: false, KEPT: false },
};

/** Every layout with every type of b, loads by quads and by values, and every epilogue. */
function* variants(): Generator<Record<string, boolean>> {
  const layouts = ["NN", "NT", "TN"].map((name) => ({ NN: name === "NN", NT: name === "NT", TN: name === "TN" }));
  const types = [{}, { HALF_B: true }, { HALF_B: true, BF16: true }, { HALF_B: true, F16: true }];
  const loads = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => ({ WIDE_A: (bits & 1) > 0, WIDE_B: (bits & 2) > 0, WIDE_Y: (bits & 4) > 0 }));
  const epilogues = [
    {},
    ...[{ GELU: true }, { GELU: true, KEPT: true }, { GELU_BACKWARD: true }, { GELU_BACKWARD: true, ERF: true }],
    ...[{ SWIGLU: true, PAIRED: true }, { SWIGLU: true, PAIRED: true, KEPT: true }, { SWIGLU_BACKWARD: true }],
  ];
  for (const layout of layouts) {
    for (const type of types.filter(({ F16 }) => !(F16 && layout.TN))) {
      for (const load of loads) {
        const possible = epilogues.filter(
          (one) => (!("PAIRED" in one) || layout.NT) && (load.WIDE_Y || !Object.keys(one).join().includes("SWIGLU")),
        );
        for (const epilogue of possible) yield { ...OFF, ...layout, ...type, ...load, ...epilogue };
      }
    }
  }
}

const KERNEL = "matmul/subgroup_matrix";

const constantsOf = ({ height, width, depth, lanes }: SubgroupMatrix): Record<string, number> => ({
  ...{ MATRIX_HEIGHT: height, MATRIX_WIDTH: width, MATRIX_DEPTH: depth, SUBGROUP_LANES: lanes },
});

test("the kernel compiles in every variant", async () => {
  const device = await matrixDevice("f16");
  for (const conditions of variants()) {
    const { wgsl } = await device.kernel(KERNEL, { conditions, constants: constantsOf(conditions.F16 ? F16 : F32) });
    assert.equal(/enable f16;/.test(wgsl), conditions.F16);
    assert.match(wgsl, /subgroup_matrix_left<Component, DEPTH, HEIGHT>/);
    assert.doesNotMatch(wgsl, /const row_major/);
  }
  device.destroy();
});

test("the kernel is right WGSL for instructions of every size, with subgroups of every size", async () => {
  const device = await matrixDevice("f16");
  const all = [...variants()];
  const ofHalf = all.find(({ F16 }) => F16)!;
  const sizes = [8, 16].flatMap((height) => [8, 16].flatMap((width) => [4, 8, 16].map((depth) => ({ height, width, depth }))));
  const matrices = sizes.flatMap((size) => [8, 16, 32, 64].map((lanes) => ({ ...size, lanes })));
  for (const conditions of [all[0]!, ofHalf]) {
    for (const matrix of matrices) {
      const constants = constantsOf({ ...F32, ...matrix });
      const { wgsl } = await device.kernelText(KERNEL, { conditions, constants });
      // No pipeline: some take more workgroup memory than the null backend has.
      const { messages } = await device.gpu.createShaderModule({ code: wgsl }).getCompilationInfo();
      const said = messages.map(({ message }) => message);
      assert.deepEqual(said, [], JSON.stringify(constants));
    }
  }
  device.destroy();
});

test("the kernel compiles without immediates, and a subgroup that the compiler cannot tell from its neighbour would be noticed", async () => {
  const [conditions] = variants();
  const device = await matrixDevice("f16", false);
  const constants = constantsOf(F32);
  await device.kernel(KERNEL, { conditions: conditions!, constants });
  device.destroy();
  const shaders = loadShaders();
  const mistaken = shaders[KERNEL]!.replace("corner_of(subgroup), index", "corner_of(index >> 5u), index");
  assert.notEqual(mistaken, shaders[KERNEL]);
  const other = await nullDevice({ subgroupMatrix: "f16", shaders: { ...shaders, [KERNEL]: mistaken } }, CONFIGURATIONS);
  await assert.rejects(other.kernel(KERNEL, { conditions: conditions!, constants }), /does not compile: .*uniform/s);
  other.destroy();
});

/** The kernels of a product of 72 x 36 x 44: of more rows than take kernels of their own. */
async function kernelsOf(device: Device, layout: Layout): Promise<string> {
  const [a, b] = [layout === "TN" ? [44, 72] : [72, 44], layout === "NT" ? [36, 44] : [44, 36]];
  const plan = await buildPlan(device, "product", () => ({ keep: [matmul(input("a", a), input("b", b), { layout })] }));
  const ids = plan.launches.launches.map(({ kernel }) => kernel.id).join(" ");
  plan.destroy();
  return ids;
}

test("they are used where they were asked for and pass the check; here nothing is computed, so that nothing passes", async (context) => {
  const warnings: string[] = [];
  context.mock.method(console, "error", (line: string) => warnings.push(line));
  const device = await matrixDevice("f32");
  assert.deepEqual(device.subgroupMatrices, [F32]);
  assert.equal(await kernelsOf(device, "NT"), "matmul/register");
  assert.match(warnings[0]!, /^warning: matmul\/subgroup_matrix is wrong on null backend \(relative error/);
  // A device whose checks pass.
  const trusting = Object.defineProperty(Object.create(device) as Device, "tuning", {
    value: { measures: false, settle: () => Promise.resolve(), choice: () => "f32 matrices" },
  });
  for (const layout of ["NN", "NT", "TN"] as const) assert.equal(await kernelsOf(trusting, layout), "matmul/subgroup_matrix");
  const unasked = await nullDevice({}, CONFIGURATIONS);
  assert.deepEqual(unasked.subgroupMatrices, []);
  assert.ok(!unasked.gpu.features.has(SUBGROUP_MATRIX_FEATURE));
});
