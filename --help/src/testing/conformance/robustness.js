import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../../gpu/buffer.js";
import { buildPlan } from "../../graph/plan.js";
import { rowsOf } from "../../graph/tensor.js";
import { input } from "../../graph/trace.js";
import { defineOp } from "../../ops/define.js";
import { holds, sameBits } from "./case.js";
import { runWgsl } from "./run_wgsl.js";
/** Indices past the end of 128 numbers: by one, by a few, past the buffer, and where 4 times the index overflows. */
const OUTSIDE = Uint32Array.of(128, 129, 191, 500, 100_000, 0x3fff_ffff, 0x4000_0000, 0xffff_ffff);
const SECRET = 777;
const WRITTEN = 999;
/** A window of rows 2 and 3 of eight rows of 64 numbers. */
function outsideOp(name, body) {
    return defineOp({
        name,
        shape: ({ places, all }) => ({ all: { inPlaceOf: all }, y: { shape: places.shape, dtype: "u32" } }),
        forward: ({ inputs: { places }, outputs: { all, y } }) => [
            {
                kernel: {
                    name,
                    wgsl: `
            @group(0) @binding(0) var<storage, read> places: array<u32>; // [N]
            @group(0) @binding(1) var<storage, read_write> window: array<u32>; // [N]
            @group(0) @binding(2) var<storage, read_write> y: array<u32>; // [N]
            @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { ${body} }`,
                },
                bindings: { places, window: rowsOf(all, 2, 2), y },
                workgroups: places.size(0),
            },
        ],
    });
}
async function runOutside(device, op) {
    const plan = await buildPlan(device, op.definition.name, () => {
        const { all, y } = op({ places: input("places", [OUTSIDE.length], "u32"), all: input("all", [8, 64], "u32") }, {});
        return { keep: [all, y] };
    });
    const all = Uint32Array.from({ length: 512 }, (_, i) => (i >= 128 && i < 256 ? i - 127 : SECRET));
    plan.run({ inputs: { places: OUTSIDE, all } });
    const [after, y] = (await plan.read(plan.result.keep));
    plan.destroy();
    return { all: after, y: y };
}
const reads = {
    name: "a read past the end of a binding stays inside it or gives 0",
    level: "quick",
    details: { indices: OUTSIDE.join(" "), length: "128" },
    run: async ({ device, note }) => {
        const { y } = await runOutside(device, outsideOp("read_outside", "y[id.x] = window[places[id.x]];"));
        const contained = y.every((value) => value <= 128);
        note("a read past the end", y.every((value) => value === 0) ? "gives 0" : contained ? "gives a number of the binding" : "leaves the binding");
        return [holds("reads that stay inside", contained)];
    },
};
const writes = {
    name: "a write past the end of a binding changes nothing outside of it",
    level: "quick",
    details: { indices: OUTSIDE.join(" "), length: "128" },
    run: async ({ device, note }) => {
        const op = outsideOp("write_outside", `window[places[id.x]] = ${WRITTEN}u; y[id.x] = 0u;`);
        const { all } = await runOutside(device, op);
        const outside = (i) => i < 128 || i >= 256;
        note("a write past the end", all.includes(WRITTEN) ? "lands inside the binding" : "is dropped");
        return [
            holds("neighbours untouched", all.every((value, i) => !outside(i) || value === SECRET)),
        ];
    },
};
const zeroed = {
    name: "new memory is zero",
    level: "quick",
    run: async ({ device }) => {
        const buffers = Array.from({ length: 4 }, (_, i) => createBuffer(device, `fresh ${i}`, 65_536));
        const windows = buffers.map((buffer) => ({ buffer, offset: 0, size: buffer.size }));
        const bytes = await readBuffers(device, windows);
        for (const buffer of buffers)
            destroyBuffer(device, buffer);
        const dirty = bytes.reduce((count, one) => count + new Uint32Array(one).filter((word) => word !== 0).length, 0);
        return [{ name: "words of new buffers that are not 0", error: dirty, tolerance: 0 }, await zeroedWorkgroup(device)];
    },
};
/** Fills workgroup memory, and then looks at it in a kernel that wrote nothing. */
async function zeroedWorkgroup(device) {
    const kernel = (body) => `
    @group(0) @binding(0) var<storage, read> x: array<u32>; // [N]
    @group(0) @binding(1) var<storage, read_write> y: array<u32>; // [N]
    var<workgroup> memory: array<u32, 1024>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) lane: u32) {
      for (var i = lane; i < 1024u; i += 64u) { ${body} }
    }`;
    const run = (name, body) => runWgsl(device, {
        name,
        wgsl: kernel(body),
        inputs: { x: Uint32Array.of(SECRET) },
        count: 1024,
        dtype: "u32",
        workgroups: 1,
    });
    await run("fill_workgroup", "memory[i] = x[0] + i; y[i] = memory[i];");
    const y = await run("look_at_workgroup", "y[i] = memory[i] + 0u * x[0];");
    return { name: "words of workgroup memory that are not 0", error: y.filter((word) => word !== 0).length, tolerance: 0 };
}
/** Signalling and quiet NaN with payloads, infinities, zeros, denormals, the largest and the smallest normal number. */
const SPECIAL = Uint32Array.of(0x7fc0dead, 0x7f800001, 0xffc00000, 0x7f800000, 0xff800000, 0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f800000);
const copies = {
    name: "copies keep every bit",
    level: "quick",
    run: async ({ device }) => {
        const buffer = createBuffer(device, "special", SPECIAL.byteLength);
        const window = { buffer, offset: 0, size: SPECIAL.byteLength };
        uploadBuffer(device, window, SPECIAL);
        const [bytes] = await readBuffers(device, [window]);
        destroyBuffer(device, buffer);
        return [sameBits("words", new Uint32Array(bytes), SPECIAL)];
    },
};
const finite = {
    name: "NaN and infinity are recognised by their bits",
    level: "quick",
    run: async ({ device, note }) => {
        const wgsl = `import package::lib::numeric::is_finite;
      @group(0) @binding(0) var<storage, read> x: array<f32>; // [N]
      @group(0) @binding(1) var<storage, read_write> y: array<u32>; // [N]
      @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) {
        let v = x[id.x];
        y[4u * id.x] = u32(is_finite(v));
        y[4u * id.x + 1u] = u32(v != v);
        y[4u * id.x + 2u] = bitcast<u32>(v);
        y[4u * id.x + 3u] = bitcast<u32>(v * 1.0);
      }`;
        const inputs = { x: new Float32Array(SPECIAL.buffer) };
        const y = (await runWgsl(device, {
            name: "finite",
            wgsl,
            inputs,
            count: 4 * SPECIAL.length,
            dtype: "u32",
            workgroups: SPECIAL.length,
        }));
        const column = (offset) => Uint32Array.from(SPECIAL, (_, i) => y[4 * i + offset]);
        const finiteOnes = SPECIAL.map((word) => ((word & 0x7f800000) !== 0x7f800000 ? 1 : 0));
        const notNumbers = SPECIAL.map((word) => ((word & 0x7f800000) === 0x7f800000 && (word & 0x7fffff) !== 0 ? 1 : 0));
        note("x != x", String(column(1)) === String(notNumbers) ? "finds NaN" : "is compiled as false");
        note("denormals", column(3)[7] === 1 ? "kept" : "flushed to 0");
        note("the payload of NaN", column(2)[0] === SPECIAL[0] ? "kept" : "changed");
        return [sameBits("is_finite", column(0), finiteOnes)];
    },
};
/** What IEEE 754 says of infinity and NaN and WGSL leaves open. Kernels depend on none of it. */
const EDGES = {
    "max(NaN, 1)": "max(x[0], x[2])",
    "min(NaN, 1)": "min(x[0], x[2])",
    "infinity - infinity": "x[1] - x[1]",
    "0 x infinity": "x[3] * x[1]",
    "1 / 0": "x[2] / x[3]",
    "3e38 x 10": "x[4] * x[5]",
    "exp(89)": "exp(x[6])",
    "log(0)": "log(x[3])",
    "sqrt(-1)": "sqrt(-x[2])",
};
const edges = {
    name: "what lies beyond the numbers is written down",
    level: "quick",
    run: async ({ device, note }) => {
        const names = Object.keys(EDGES);
        const wgsl = `
      @group(0) @binding(0) var<storage, read> x: array<f32>; // [N]
      @group(0) @binding(1) var<storage, read_write> y: array<f32>; // [N]
      @compute @workgroup_size(1) fn main() { ${names.map((name, i) => `y[${i}] = ${EDGES[name]};`).join(" ")} }`;
        const x = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1, 0, 3e38, 10, 89);
        const y = await runWgsl(device, { name: "edges", wgsl, inputs: { x }, count: names.length, workgroups: 1 });
        for (const [i, name] of names.entries())
            note(name, String(y[i]));
        return [holds("ran", true)];
    },
};
/** Reductions in an order that depends on timing would change the last bits from run to run. */
const atomics = {
    name: "no kernel uses atomics on floats",
    level: "quick",
    run: ({ device }) => {
        const users = Object.entries(device.shaders).filter(([, wgsl]) => /atomic(CompareExchangeWeak|<f32>)/.test(wgsl));
        return Promise.resolve([{ name: "kernels", error: users.length, tolerance: 0 }]);
    },
};
export const robustnessGroup = {
    name: "robustness",
    description: "memory outside of a binding, new memory, NaN and infinity, and what the driver makes of them",
    cases: [reads, writes, zeroed, copies, finite, edges, atomics],
};
