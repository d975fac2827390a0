import assert from "node:assert/strict";
import { test } from "node:test";
import { create, globals } from "webgpu";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import type { TuningOptions } from "../../src/gpu/tuning.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { attentionTiles, type TiledKernel, workgroupBytes } from "../../src/ops/attention_tiles.ts";
import { causalAttentionBackwardOp, causalAttentionOp } from "../../src/ops/causal_attention.ts";

/** Dawn's null backend compiles everything and computes nothing. */
Object.assign(globalThis, globals);
const gpu = create(["backend=null"]);

const LEAST_BYTES = 16384;

/** A GPU with little workgroup memory. Dawn refuses kernels that take more. */
async function hardware(tuning: TuningOptions = { mode: "off" }): Promise<Device> {
  const adapter = (await gpu.requestAdapter())!;
  const limits = new Proxy(adapter.limits, {
    get: (of, name) => (name === "maxComputeWorkgroupStorageSize" ? LEAST_BYTES : Reflect.get(of, name, of)),
  });
  const shown = {
    info: { vendor: "null", architecture: "", device: "null", description: "null backend", isFallbackAdapter: false },
    features: adapter.features,
    limits,
    requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  const { wgslLanguageFeatures } = gpu;
  return createDevice({ adapter: shown, wgslLanguageFeatures, shaders: loadShaders(), kernels: "hardware", tuning });
}

/** Kernels of the forward and the backward pass, of rows that are shared and of rows that are not. */
async function kernelsOf(device: Device, heads: number, headDim: number, tileRows?: number): Promise<string[]> {
  const [apart, shared] = [false, true].map((isShared) => kernelsOfRows(device, { heads, headDim, tileRows, isShared }));
  assert.deepEqual(await shared, await apart);
  return apart!;
}

interface Kernels {
  readonly heads: number;
  readonly headDim: number;
  readonly tileRows: number | undefined;
  readonly isShared: boolean;
}

async function kernelsOfRows(device: Device, { heads, headDim, tileRows, isShared }: Kernels): Promise<string[]> {
  const layout = { heads, keyValueHeads: 1, headDim };
  const attributes = { layout, sharing: "tiles", tileRows } as const;
  const plan = await buildPlan(device, "attention", () => {
    const qkv = input("qkv", [70, (heads + 2) * headDim]);
    const shared = isShared && { attended: input("attended", [70, 3], "u32"), query_end: input("query_end", [70], "u32") };
    const call = { qkv, sequence_start: input("start", [70], "u32"), sequence_end: input("end", [70], "u32"), ...shared };
    const forward = causalAttentionOp(call, attributes);
    const saved = { ...call, ...forward, grad_out: input("grad", [70, heads * headDim]) };
    return { keep: [causalAttentionBackwardOp(saved, attributes).grad_qkv] };
  });
  const ids = plan.launches.launches.map(({ kernel }) => kernel.id.replace("attention/", ""));
  plan.destroy();
  return ids;
}

const UNGROUPED = ["causal_tiled", "causal_tiled_backward_query", "causal_tiled_backward_key_value"];

test("heads of every size have tiles that compile and fit into the least workgroup memory that WebGPU grants", async () => {
  const device = await hardware();
  assert.equal(device.limits.maxComputeWorkgroupStorageSize, LEAST_BYTES);
  for (const headDim of [7, 64, 96, 128, 256]) {
    assert.deepEqual(await kernelsOf(device, 2, headDim), [...UNGROUPED, "causal_group_sum"], `${headDim}`);
  }
  for (const { rows } of attentionTiles("causal_tiled_backward", 64, device)) {
    assert.deepEqual(await kernelsOf(device, 1, 64, rows), UNGROUPED);
  }
  device.destroy();
});

test("tiles are timed on rows that are shared and on rows that are not", async (context) => {
  context.mock.method(console, "error", () => {});
  const device = await hardware({ mode: "on", pace: { warmUp: 0, sample: 0, rounds: 1, share: 0 } });
  await kernelsOf(device, 2, 8);
  device.assertHealthy();
  const choices = await device.tuning.choices();
  for (const op of ["causal_attention", "causal_attention_backward"]) {
    for (const rows of ["2^6 rows", "2^6 rows, shared"]) {
      const { outcomes } = choices[`${op} 2/1 heads of 8, ${rows}`] ?? assert.fail(`${op}, ${rows}`);
      assert.ok(Object.keys(outcomes).length > 1);
    }
  }
  device.destroy();
});

test("tiles are large where there is memory, and smaller where there is not", () => {
  const firstOf = (kernel: TiledKernel, headDim: number, bytes: number, invocations = 256) => {
    const limits = { maxComputeWorkgroupStorageSize: bytes, maxComputeInvocationsPerWorkgroup: invocations } as GPUSupportedLimits;
    return attentionTiles(kernel, headDim, { limits })[0];
  };
  assert.deepEqual(firstOf("causal_tiled", 64, 32768), { rows: 32, across: 16, slice: 16 });
  assert.deepEqual(firstOf("causal_tiled", 64, 16384), { rows: 16, across: 16, slice: 16 });
  assert.deepEqual(firstOf("causal_tiled", 128, 32768), { rows: 32, across: 16, slice: 16 });
  assert.deepEqual(firstOf("causal_tiled", 32, 16384), { rows: 32, across: 8, slice: 8 });
  assert.deepEqual(firstOf("causal_tiled_backward", 64, 32768), { rows: 32, across: 16, slice: 16 });
  assert.deepEqual(firstOf("causal_tiled_backward", 128, 32768), { rows: 16, across: 32, slice: 16 });
  assert.deepEqual(firstOf("causal_tiled_backward", 80, 49152), { rows: 32, across: 32, slice: 10 }, "slices are even");
  assert.deepEqual(firstOf("causal_tiled", 64, 32768, 64), { rows: 16, across: 16, slice: 16 }, "few invocations");
  assert.equal(workgroupBytes("causal_tiled", 16, { rows: 32, across: 16, slice: 16 }), 23552, "as compilers count it");
  assert.equal(workgroupBytes("causal_tiled", 20, { rows: 32, across: 16, slice: 10 }), 23760, "rows behind the block are kept as well");
});
