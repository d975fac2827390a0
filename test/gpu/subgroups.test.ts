import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SHAPES } from "../../bench/gpu_day/shapes.ts";
import { kernelName, planKernels } from "../../bench/planned_kernels.ts";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { askedSize, SUBGROUP_SIZE_FEATURE, subgroupsOf, withSubgroups } from "../../src/gpu/subgroups.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { normal } from "../../src/testing/values.ts";
import { nullDevice, withLargeLimits } from "./null_device.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

function adapter(subgroupMinSize: number, subgroupMaxSize: number, ...features: string[]): Parameters<typeof subgroupsOf>[0] {
  return { features: new Set(features), info: { subgroupMinSize, subgroupMaxSize } };
}

const NONE = { forOperations: undefined, forRegisters: undefined };

test("kernels know their subgroups: the only size, or one that they ask for, and those that hold much in registers ask for small ones", () => {
  const control = ["subgroups", "subgroup-size-control"];
  const asked = (forOperations: number, forRegisters?: number): object => ({ forOperations, forRegisters });
  assert.deepEqual(subgroupsOf(adapter(32, 32, ...control)), { lanes: 32, asked: NONE }, "NVIDIA, Apple");
  assert.deepEqual(subgroupsOf(adapter(32, 64, ...control)), { lanes: 32, asked: asked(32) }, "AMD's RDNA");
  assert.deepEqual(subgroupsOf(adapter(8, 32, ...control)), { lanes: 16, asked: asked(16, 8) }, "Intel's Xe");
  assert.deepEqual(subgroupsOf(adapter(16, 32, ...control)), { lanes: 16, asked: asked(16, 16) }, "Intel's Xe2");
  assert.deepEqual(subgroupsOf(adapter(64, 128, ...control)), { lanes: 64, asked: asked(64) }, "Qualcomm");
  assert.deepEqual(subgroupsOf(adapter(4, 8, ...control)), { lanes: 8, asked: asked(8, 4) });
  assert.deepEqual(subgroupsOf(adapter(32, 64, "subgroups")), { lanes: undefined, asked: NONE }, "it has no way of asking");
  assert.deepEqual(subgroupsOf(adapter(32, 32)), { lanes: undefined, asked: NONE }, "it has no subgroups");
  assert.deepEqual(subgroupsOf(adapter(1, 1, ...control)), { lanes: undefined, asked: NONE }, "no kernel is written for it");
});

const SUM = "@compute @workgroup_size(32)\nfn main() { x = subgroupAdd(x); }";
const PLAIN = "@compute @workgroup_size(40)\nfn main() { let subgroups = 1; }";

test("a kernel asks for the size that its operations need, or its registers", () => {
  const intel = { forOperations: 16, forRegisters: 8 };
  assert.equal(askedSize(SUM, intel, false), 16);
  assert.equal(askedSize(SUM, intel, true), 16, "operations come first");
  assert.equal(askedSize("fn main(@builtin(subgroup_invocation_id) lane: u32) {}", intel, false), 16);
  assert.equal(askedSize(PLAIN, intel, false), undefined);
  assert.equal(askedSize(PLAIN, intel, true), 8);
  assert.equal(askedSize(PLAIN, NONE, true), undefined);
});

test("the text of a kernel enables what it uses", () => {
  assert.equal(withSubgroups(SUM, true, undefined), `enable subgroups;\n${SUM}`);
  assert.equal(withSubgroups(PLAIN, false, undefined), PLAIN);
  const asking = "enable subgroups;\nenable subgroup_size_control;\n@compute @subgroup_size(8) @workgroup_size(40)";
  assert.ok(withSubgroups(PLAIN, false, 8).startsWith(asking));
  assert.ok(withSubgroups(PLAIN, true, 8).startsWith(asking));
});

test("the kernels of training and decoding ask Intel's GPUs for 16 lanes, or 8 where they hold much in registers, and compile so", async () => {
  const device = await nullDevice({}, [], [8, 32]);
  devices.push(device);
  assert.equal(device.lanes, 16);
  const shape = SHAPES.find(({ name }) => name === "S")!;
  const { step, prompts, token } = await planKernels(device, shape, { temperature: 1, topK: 0, topP: 0.9 });
  const asked = new Map<string, string | undefined>();
  for (const planned of [...step, ...prompts, ...token]) {
    const { wgsl } = await device.kernel(planned.source, planned.variant);
    asked.set(kernelName(planned), /@subgroup_size\((\d+)\)/.exec(wgsl)?.[1]);
  }
  const askingFor = (size: string | undefined): string[] => [...asked].flatMap(([name, one]) => (one === size ? [name] : [])).sort();
  const backward = ["attention/causal_tiled_backward_key_value", "attention/causal_tiled_backward_query"];
  assert.deepEqual(askingFor("8"), ["attention/causal_tiled", ...backward, "attention/decode_part", "matmul/sliced", "matmul/tiled"]);
  assert.ok(askingFor("16").includes("norm/layer_norm") && askingFor("16").includes("sample/next_token"), askingFor("16").join());
  assert.ok(askingFor(undefined).includes("embedding/gather"));
});

test("a workgroup decodes fewer query heads together where a lane has few registers", async () => {
  const qwen = SHAPES.find(({ name }) => name === "Qwen")!;
  for (const [sizes, heads] of [
    [[32, 32], 7],
    [[8, 32], 4],
  ] as const) {
    const device = await nullDevice({}, [], sizes);
    devices.push(device);
    const { token } = await planKernels(withLargeLimits(device), qwen);
    const part = token.find((planned) => kernelName(planned) === "attention/decode_part")!;
    assert.equal(part.variant!.constants!.HEADS, heads);
  }
});

async function results(device: Device): Promise<readonly ArrayLike<number>[]> {
  const [rows, inner, columns] = [5, 37, 24];
  const plan = await buildPlan(device, "norm and product", () => {
    const x = rmsNorm(input("x", [runScalar("rows", 9), inner]), input("weight", [inner]), 1e-6);
    return { keep: [matmul(x, input("b", [columns, inner]), { layout: "NT" })] };
  });
  const values = { x: normal([rows, inner], 1), weight: normal([inner], 2), b: normal([columns, inner], 3) };
  const inputs = Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, Float32Array.from(data)]));
  plan.run({ scalars: { rows }, inputs });
  const read = await plan.read(plan.result.keep);
  plan.destroy();
  return read;
}

/** This machine's adapter as if it had two sizes of subgroups, of which it really has the larger one. */
async function deviceWithTwoSizes(): Promise<Device | string> {
  const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
  const real = await candidate.request();
  const { subgroupMaxSize = 0 } = real.info;
  if (!real.features.has("subgroups") || !real.features.has(SUBGROUP_SIZE_FEATURE))
    return `${candidate.name} has no ${SUBGROUP_SIZE_FEATURE}`;
  const { vendor, architecture, device, description } = real.info;
  const shown = {
    info: { vendor, architecture, device, description, subgroupMaxSize, subgroupMinSize: subgroupMaxSize / 2, isFallbackAdapter: true },
    features: real.features,
    limits: real.limits,
    requestDevice: (descriptor: GPUDeviceDescriptor) => real.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  const { wgslLanguageFeatures } = candidate.gpu;
  const made = await createDevice({ adapter: shown, wgslLanguageFeatures, shaders: loadShaders(), tuning: { mode: "off" } });
  devices.push(made);
  return made;
}

test("kernels that ask for the size that they would have anyway give the same bits", async (context) => {
  const asking = await deviceWithTwoSizes();
  if (typeof asking === "string") return context.skip(asking);
  const plain = await openDevice({ kernels: "software", tune: false });
  devices.push(plain);
  assert.deepEqual([asking.subgroups, asking.lanes, asking.askedSizes.forOperations], [true, plain.lanes, plain.lanes]);
  assert.deepEqual(plain.askedSizes, NONE);
  assert.deepEqual(await results(asking), await results(plain));
});

test("without subgroups no kernel asks for a size", async () => {
  const device = await nullDevice({ subgroups: false }, [], [8, 32]);
  devices.push(device);
  assert.deepEqual([device.subgroups, device.askedSizes], [false, NONE]);
  const { wgsl } = await device.kernel({ name: "own", wgsl: PLAIN.replace("{ let subgroups = 1; }", "{}") }, { manyRegisters: true });
  assert.doesNotMatch(wgsl, /subgroup/);
});
