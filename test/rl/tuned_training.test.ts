import assert from "node:assert/strict";
import { test } from "node:test";
import { create, globals } from "webgpu";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { bases } from "../families/forms.ts";
import { smallModel, smallTrainer } from "../small_policy.ts";

/** Dawn's null backend compiles everything, checks every command, and computes nothing. */
Object.assign(globalThis, globals);
const gpu = create(["backend=null"]);

/** A GPU on which all kernels that there is a choice of are timed before the first step, as on hardware. */
async function tunedHardware(): Promise<Device> {
  const adapter = (await gpu.requestAdapter())!;
  const shown = {
    info: { vendor: "null", architecture: "", device: "null", description: "null backend", isFallbackAdapter: false },
    features: adapter.features,
    limits: adapter.limits,
    requestDevice: (descriptor: GPUDeviceDescriptor) => adapter.requestDevice(descriptor),
  } as unknown as GPUAdapter;
  const tuning = { mode: "on", pace: { warmUp: 0, sample: 0, rounds: 1, share: 0 } } as const;
  return createDevice({
    adapter: shown,
    wgslLanguageFeatures: gpu.wgslLanguageFeatures,
    shaders: loadShaders(),
    kernels: "hardware",
    tuning,
  });
}

const { vocab_size: _, ...gemma3 } = bases.gemma3_text!;

const MODELS: Readonly<Record<string, object>> = {
  llama: { num_key_value_heads: 1 },
  gpt2: { model_type: "gpt2", intermediate_size: undefined },
  gemma3_text: { ...gemma3, sliding_window: 5 },
};

for (const [name, config] of Object.entries(MODELS)) {
  test(`${name}: a GPU that times its kernels refuses none of their trials, in sampling and in training`, async (context) => {
    context.mock.method(console, "error", () => {});
    const device = await tunedHardware();
    const model = await smallModel(device, config as Record<string, unknown>);
    const { trainer } = await smallTrainer(device, { model, grpo: { tis: 2 } });
    device.assertHealthy();
    const asked = Object.keys(await device.tuning.choices());
    for (const op of ["matmul", "causal_attention ", "causal_attention_backward"]) {
      assert.ok(
        asked.some((key) => key.startsWith(op)),
        `${op} in ${asked.join("; ")}`,
      );
    }
    trainer.destroy();
    device.destroy();
  });
}
