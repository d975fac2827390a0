import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { UnsafeKernelError } from "../../src/gpu/errors.ts";
import { TOGGLES } from "../../src/gpu/toggles.ts";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { normal } from "../../src/testing/values.ts";

const KERNEL = {
  name: "mine",
  wgsl: "@group(0) @binding(0) var<storage, read_write> y: array<f32>; @compute @workgroup_size(1) fn main() { y[0] = 1.0; }",
};

async function withToggles<Result>(toggles: readonly string[], use: (device: Device) => Promise<Result>): Promise<Result> {
  const device = await openDevice({ toggles, tune: false });
  try {
    return await use(device);
  } finally {
    device.destroy();
  }
}

/** The bits of a small product with ragged edges. */
function productOn(device: Device): Promise<unknown> {
  const [a, b] = [normal([13, 21], 1), normal([11, 21], 2)];
  const inputs = { a: Float32Array.from(a.data), b: Float32Array.from(b.data) };
  return evaluate(device, () => [matmul(input("a", a.shape), input("b", b.shape), { layout: "NT" })], { inputs });
}

/** Whether a buffer that may not be made is refused. */
async function validates({ gpu }: Device): Promise<boolean> {
  gpu.pushErrorScope("validation");
  gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE }).destroy();
  return (await gpu.popErrorScope()) !== null;
}

test("results under every toggle have the same bits", async () => {
  const expected = await withToggles([], productOn);
  const off = TOGGLES.filter((toggle) => /^(use|enable|vulkan)_/.test(toggle)).map((toggle) => `-${toggle}`);
  const on = TOGGLES.filter((toggle) => toggle.startsWith("disable_"));
  for (const toggles of [off, on, ["skip_validation"]]) {
    assert.deepEqual(await withToggles(toggles, productOn), expected, toggles.join());
  }
});

test("toggles reach Dawn, and a leading minus turns one off", async () => {
  assert.equal(await withToggles([], validates), true);
  assert.equal(await withToggles(["skip_validation"], validates), false);
  assert.equal(await withToggles(["-skip_validation"], validates), true);
  await withToggles(["disable_robustness"], async ({ toggles }) => assert.deepEqual(toggles, ["disable_robustness"]));
});

test("without safeguards a kernel of the user's own is refused, also one that is part of another", async () => {
  for (const toggle of ["disable_robustness", "skip_validation"]) {
    await withToggles([toggle], async (device) => {
      const message = `kernel mine does not run under the toggle ${toggle}, which is for the library's own kernels; leave it out`;
      const refused = (error: Error): boolean => error instanceof UnsafeKernelError && error.message === message;
      await assert.rejects(device.kernel(KERNEL), refused);
      await assert.rejects(device.kernel("policy/token_loss", { modules: { loss: KERNEL } }), refused);
      await device.kernel({ ...KERNEL, staysInBounds: true });
    });
  }
  await withToggles(["disable_workgroup_init"], (device) => device.kernel(KERNEL));
});

test("a name that is no toggle is refused, with those that are", async () => {
  await assert.rejects(
    openDevice({ toggles: ["disable_robustnes"] }),
    /^ConfigError: toggles has disable_robustnes; it takes disable_robustness, skip/,
  );
});

test("commands and tests heed the variable", () => {
  const env = { ...process.env, ENTROPIC_TOGGLES: "disable_workgroup_init, -use_spirv_reconvergence_mode" };
  const run = (...words: string[]): string => execFileSync(process.execPath, ["--import", "tsx", ...words], { env, encoding: "utf8" });
  const { adapters } = JSON.parse(run("src/cli/main.ts", "devices", "--json")) as { adapters: { toggles: string[] }[] };
  assert.deepEqual(adapters[0]!.toggles, ["disable_workgroup_init", "-use_spirv_reconvergence_mode"]);
  const suite = spawnSync(process.execPath, ["--import", "tsx", "scripts/test.ts"], { env, encoding: "utf8" });
  assert.equal(suite.status, 2);
  assert.equal(suite.stderr, "error: ENTROPIC_TOGGLES is set; unset it for the whole suite, or name the tests that are to run with it\n");
});
