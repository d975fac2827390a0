import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ShaderError } from "../../src/gpu/errors.ts";
import { packParameters } from "../../src/gpu/kernel.ts";
import { type KernelSource, linkKernel } from "../../src/gpu/link.ts";
import { reflect } from "../../src/gpu/reflect.ts";
import { evaluate } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { defineOp } from "../../src/ops/define.ts";

const device = await openDevice();
after(() => device.destroy());

const MAIN = "@compute @workgroup_size(1) fn main() {}";

test("bindings, shapes and parameters are read from the kernel's own text", () => {
  const wgsl = `
    struct Parameters {
      rows: u32, // not this: f32
      shift: i32,
      eps: f32,
    }
    var<immediate> parameters: Parameters;
    @group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // [N, C]
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    ${MAIN}`;
  assert.deepEqual(reflect("k", wgsl), {
    bindings: [
      { name: "x", access: "read", type: "array<f32>", shape: "" },
      { name: "y", access: "read_write", type: "array<vec4<f32>>", shape: "[N, C]" },
    ],
    parameters: [
      { name: "rows", type: "u32", offset: 0 },
      { name: "shift", type: "i32", offset: 4 },
      { name: "eps", type: "f32", offset: 8 },
    ],
    parameterBytes: 12,
  });
  assert.deepEqual(reflect("k", MAIN), { bindings: [], parameters: [], parameterBytes: 0 });
});

test("a struct inside the parameters is laid out as WGSL does, and fields that begin with _ are space alone", () => {
  const wgsl = `
    struct Inner { low: f32, _none: f32, high: f32 }
    struct Parameters { rows: u32, @align(16) loss: Inner, @align(16) last: i32 }
    var<immediate> parameters: Parameters; ${MAIN}`;
  assert.deepEqual(reflect("k", wgsl), {
    bindings: [],
    parameters: [
      { name: "rows", type: "u32", offset: 0 },
      { name: "loss.low", type: "f32", offset: 16 },
      { name: "loss.high", type: "f32", offset: 24 },
      { name: "last", type: "i32", offset: 32 },
    ],
    parameterBytes: 48,
  });
});

test("declarations that cannot be bound are errors that name kernel, thing and remedy", () => {
  const storage = (group: number, binding: number): string => `@group(${group}) @binding(${binding}) var<storage, read> x: array<f32>;`;
  assert.throws(() => reflect("k", storage(1, 0)), /kernel k: binding x is in group 1; storage goes to group 0/);
  assert.throws(() => reflect("k", storage(0, 0) + storage(0, 2)), /kernel k: binding 1 is missing; number bindings from 0 without gaps/);
  assert.throws(() => reflect("k", "var<immediate> p: Missing;"), /kernel k: struct Missing of its parameters was not found/);
  const fields = Array.from({ length: 17 }, (_, i) => `p${i}: u32`).join();
  assert.throws(() => reflect("k", `struct P { ${fields} } var<immediate> p: P;`), /kernel k has 68 bytes of parameters; at most 64 fit/);
});

test("parameters are packed as their types", () => {
  const kernel = {
    parameters: [
      { name: "a", type: "u32", offset: 0 },
      { name: "b", type: "i32", offset: 4 },
      { name: "c", type: "f32", offset: 8 },
    ],
  } as unknown as Parameters<typeof packParameters>[0];
  const view = new DataView(new ArrayBuffer(16));
  packParameters(kernel, [4294967295, -5, 0.25], view, 4);
  assert.deepEqual(
    [view.getUint32(0, true), view.getUint32(4, true), view.getInt32(8, true), view.getFloat32(12, true)],
    [0, 4294967295, -5, 0.25],
  );
});

test("a kernel that is not there lists those of its folder, or all where there is no such folder", async () => {
  await assert.rejects(
    device.kernel("norm/rms_nrom"),
    /there is no kernel norm\/rms_nrom; known: (norm\/\w+, )*norm\/rms_norm, (norm\/\w+(, )?)+$/,
  );
  await assert.rejects(device.kernel("nrom/rms_norm"), /there is no kernel nrom\/rms_norm; known: adapter\/.*norm\/rms_norm,/);
});

test("a kernel that does not link or compile says why and leaves the device usable", async () => {
  const compile = (wgsl: string): Promise<unknown> => device.kernel({ name: "mine", wgsl });
  const refused = (error: unknown, message: RegExp): boolean => error instanceof ShaderError && message.test(error.message);
  await assert.rejects(compile(`import package::lib::nothing::f; ${MAIN.replace("{}", "{ f(); }")}`), (error) =>
    refused(error, /kernel mine does not link: .*lib::nothing/),
  );
  await assert.rejects(compile(MAIN.replace("{}", "{ let x: u32 = 1.5; }")), (error) =>
    refused(error, /kernel mine does not compile: .*abstract-float/),
  );
  await assert.rejects(compile("fn other() {}"), (error) => refused(error, /kernel mine does not compile: .*main/));
  await new Promise((resolve) => setTimeout(resolve, 20));
  device.assertHealthy();
});

test("conditions and constants make variants, each compiled once", async () => {
  const wgsl = `
    import constants::SIZE;
    @group(0) @binding(0) var<storage, read_write> y: array<f32>; // [N]
    @if(TWICE) const FACTOR = 2;
    @if(!TWICE) const FACTOR = 1;
    @compute @workgroup_size(1) fn main() { y[0] = f32(FACTOR * SIZE); }`;
  const source = { name: "variants", wgsl };
  const traits = { lanes: 4, subgroups: false, shaders: {} };
  const linked = await linkKernel(traits, source, { conditions: { TWICE: true }, constants: { SIZE: 21 } });
  assert.match(linked, /FACTOR = 2/);
  assert.doesNotMatch(linked, /FACTOR = 1/);
  assert.match(linked, /SIZE = 21/);
  const before = device.stats.pipelines;
  const one = await device.kernel(source, { conditions: { TWICE: true }, constants: { SIZE: 1 } });
  const other = await device.kernel(source, { conditions: { TWICE: false }, constants: { SIZE: 1 } });
  const again = await device.kernel({ ...source }, { constants: { SIZE: 1 }, conditions: { TWICE: true } });
  assert.equal(device.stats.pipelines - before, 2);
  assert.ok(one === again && one !== other);
});

test("kernels share what was parsed of the library: each variant is linked as if it were the first, and none sees another kernel", async () => {
  const shaders = {
    "lib/part": "@if(TWICE) const FACTOR = 2;\n@if(!TWICE) const FACTOR = 1;\nfn value() -> f32 { return f32(FACTOR); }",
    "first/kernel": `import package::lib::part::value;\nfn own() -> f32 { return value(); }\n${MAIN.replace("{}", "{ let x = own(); }")}`,
    "second/kernel": `import package::first::kernel::own;\n${MAIN.replace("{}", "{ let x = own(); }")}`,
  };
  const link = (library: typeof shaders, twice: boolean): Promise<string> =>
    linkKernel({ lanes: 4, subgroups: false, shaders: library }, "first/kernel", { conditions: { TWICE: twice } });
  const texts = [await link(shaders, true), await link(shaders, false), await link(shaders, true)];
  assert.match(texts[0]!, /FACTOR = 2/);
  assert.deepEqual(texts, [await link({ ...shaders }, true), await link({ ...shaders }, false), texts[0]]);
  const other = linkKernel({ lanes: 4, subgroups: false, shaders }, "second/kernel");
  await assert.rejects(other, (error) => error instanceof ShaderError && /second\/kernel does not link: .*first/.test(error.message));
});

test("a module is one of the library's shaders or one's own WGSL, and each makes a variant of its own", async () => {
  const wgsl = `
    import package::part::{Settings, value};
    struct Parameters { scale: f32, @align(16) part: Settings }
    var<immediate> parameters: Parameters;
    @group(0) @binding(0) var<storage, read_write> y: array<f32>; // [1]
    @compute @workgroup_size(1) fn main() { y[0] = parameters.scale * value(parameters.part); }`;
  const source = { name: "modular", wgsl };
  const difference = "struct Settings { a: f32, b: f32 } fn value(s: Settings) -> f32 { return s.a - s.b; }";
  const constant = "struct Settings { _none: f32 } fn value(s: Settings) -> f32 { return 5.0; }";
  const run = async (part: KernelSource, parameters: Record<string, number>): Promise<number> => {
    const op = defineOp<{ x: Tensor }, "y">({
      name: "modular",
      shape: () => ({ y: { shape: [1] } }),
      forward: ({ outputs }) => [{ kernel: source, variant: { modules: { part } }, bindings: outputs, parameters, workgroups: 1 }],
    });
    const inputs = { x: new Float32Array(1) };
    return (await evaluate(device, () => [op({ x: input("x", [1]) }, {}).y], { inputs }))[0]![0]!;
  };
  const before = device.stats.pipelines;
  assert.equal(await run({ name: "difference", wgsl: difference }, { scale: 2, "part.a": 7, "part.b": 4 }), 6);
  assert.equal(await run({ name: "constant", wgsl: constant }, { scale: 2 }), 10);
  assert.equal(device.stats.pipelines - before, 2);
  await assert.rejects(
    run({ name: "wrong", wgsl: difference.replace("s.a - s.b", "s.c") }, { scale: 1, "part.a": 1, "part.b": 1 }),
    /kernel modular with wrong does not compile: .*struct member c not found/,
  );
  await assert.rejects(
    run("part/missing", { scale: 1 }),
    /kernel modular takes its module part from part\/missing, which is not there; known: /,
  );
});
