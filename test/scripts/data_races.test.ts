import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withoutBarriers } from "../../scripts/nightly/data_races/barriers.ts";
import { racesIn } from "../../scripts/nightly/data_races/reports.ts";
import { LAYER_FOLDERS, MANIFEST } from "../../scripts/nightly/data_races/validation_layer.ts";

const program = fileURLToPath(new URL("../../scripts/nightly/data_races/run.ts", import.meta.url));

function run(...options: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", program, ...options], { encoding: "utf8" });
}

/** A report as the layer writes it. */
function report(kernel: string, variable: string, access: string, second: number, first: number): string {
  return `Validation Error: [ SharedMemoryDataRace-RaceOnLoad ] | MessageID = 0xf32d0b17
vkCmdDispatch(): A data race was detected on the shared memory variable "${variable}" in local invocation index ${second} while performing a ${access} operation. (Likely against local invocation index ${first})
The other access in this race was at:
SPIR-V Instruction: OpStore %19 %21 32

Stage = Compute.  Global invocation ID (x, y, z) = (32, 0, 0)
Command buffer (0x33b625a0)
	Compute Dispatch Index 0
Shader Module (DawnDbg=12;Dawn_ShaderModule_${kernel})(0x2230000000223) (internal ID 2)

`;
}

test("a race is read by kernel, variable and access, each once", () => {
  const text = [
    "Validation Layer Info - Logging validation error to reports.txt\n",
    report("matmul/tiled", "tile_a", "load", 32, 31),
    report("matmul/tiled", "tile_a", "load", 33, 30),
    report("matmul/tiled", "tile_a", "store", 1, 0),
    report("lib", "partial", "load", 5, 6),
  ].join("");
  assert.deepEqual(racesIn(text), [
    { kernel: "matmul/tiled", variable: "tile_a", access: "load", invocations: [32, 31] },
    { kernel: "matmul/tiled", variable: "tile_a", access: "store", invocations: [1, 0] },
    { kernel: "lib", variable: "partial", access: "load", invocations: [5, 6] },
  ]);
  assert.deepEqual(racesIn("Validation Error: [ another ]"), []);
});

test("barriers are taken away one at a time", () => {
  const shaders = { "a/one": "x\n  workgroupBarrier();\ny\nif z { workgroupBarrier(); }", "b/two": "workgroupBarrier();", "a/none": "x" };
  assert.deepEqual(withoutBarriers(shaders, "a/"), [
    { shader: "a/one", line: 2, wgsl: "x\n  \ny\nif z { workgroupBarrier(); }" },
    { shader: "a/one", line: 4, wgsl: "x\n  workgroupBarrier();\ny\nif z {  }" },
  ]);
});

test("its options are checked, and a missing layer causes one line", () => {
  assert.deepEqual(run("--level", "all").stderr, "error: --level is all; it can be quick, default, full\n");
  const { status, stderr } = run("--layer", "/nowhere");
  assert.equal(status, 2);
  assert.match(stderr, /^error: no VkLayer_khronos_validation.json in \/nowhere; name the folder .* with --layer\n$/);
  assert.match(run("--help").stdout, /examples:/);
});

const found = LAYER_FOLDERS.some((folder) => existsSync(join(folder, MANIFEST)));

test("the layer watches a kernel and sees no race", { skip: found ? false : "no Vulkan validation layers here" }, (context) => {
  const { status, stdout, stderr } = run("--only", "ops/matmul NT by tiled of 17 x 33 x 65");
  if (/install the Vulkan validation layers/.test(stderr)) return context.skip("the validation layers here are older");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /0 races and 0 failures in 1 cases, which ran 1 kernels with workgroup memory:\n {2}matmul\/tiled/);
});
