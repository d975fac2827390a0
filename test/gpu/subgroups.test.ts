import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { SUBGROUP_SIZE_FEATURE, subgroupsOf, withSubgroups } from "../../src/gpu/subgroups.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { normal } from "../../src/testing/values.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

function adapter(subgroupMinSize: number, subgroupMaxSize: number, ...features: string[]): Parameters<typeof subgroupsOf>[0] {
  return { features: new Set(features), info: { subgroupMinSize, subgroupMaxSize } };
}

test("kernels run in subgroups whose size they know: the only one, or one that they can ask for", () => {
  const control = ["subgroups", "subgroup-size-control"];
  assert.deepEqual(subgroupsOf(adapter(32, 32, ...control)), { lanes: 32, asked: false }, "NVIDIA, Apple");
  assert.deepEqual(subgroupsOf(adapter(32, 64, ...control)), { lanes: 32, asked: true }, "AMD RDNA");
  assert.deepEqual(subgroupsOf(adapter(8, 32, ...control)), { lanes: 16, asked: true }, "Intel");
  assert.deepEqual(subgroupsOf(adapter(64, 128, ...control)), { lanes: 64, asked: true }, "Qualcomm");
  assert.deepEqual(subgroupsOf(adapter(4, 8, ...control)), { lanes: 8, asked: true });
  assert.equal(subgroupsOf(adapter(32, 64, "subgroups")), undefined, "it has no way of asking");
  assert.equal(subgroupsOf(adapter(32, 32)), undefined, "it has no subgroups");
  assert.equal(subgroupsOf(adapter(1, 1, ...control)), undefined, "no kernel is written for it");
});

test("only a kernel with subgroup operations asks", () => {
  const rdna = { lanes: 32, asked: true };
  const sum = "@compute @workgroup_size(32)\nfn main() { x = subgroupAdd(x); }";
  assert.equal(
    withSubgroups(sum, rdna),
    "enable subgroups;\nenable subgroup_size_control;\n@compute @subgroup_size(32) @workgroup_size(32)\nfn main() { x = subgroupAdd(x); }",
  );
  assert.equal(withSubgroups(sum, { lanes: 32, asked: false }), `enable subgroups;\n${sum}`);
  const plain = "@compute @workgroup_size(40)\nfn main() { let subgroups = 1; }";
  assert.equal(withSubgroups(plain, rdna), `enable subgroups;\n${plain}`);
  const id = "@compute @workgroup_size(32)\nfn main(@builtin(subgroup_invocation_id) lane: u32) {}";
  assert.match(withSubgroups(id, rdna), /@subgroup_size\(32\)/);
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
  assert.deepEqual([asking.subgroups, asking.asksForSubgroupSize, asking.lanes], [true, true, plain.lanes]);
  assert.equal(plain.asksForSubgroupSize, false);
  assert.deepEqual(await results(asking), await results(plain));
});
