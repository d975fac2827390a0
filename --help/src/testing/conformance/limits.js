import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../../gpu/buffer.js";
import { holds, sameBits } from "./case.js";
import { runWgsl } from "./run_wgsl.js";
/** A limit that is used to its full, beside WebGPU's default for it. */
function limitCase(limit, use, more = {}) {
    return {
        name: `${limit} holds`,
        level: "quick",
        run: async ({ device }) => {
            const value = device.limits[limit];
            return use(device, value);
        },
        ...more,
    };
}
/** Every invocation of one workgroup of the largest size adds to a sum through workgroup memory. */
const invocations = limitCase("maxComputeInvocationsPerWorkgroup", async (device, limit) => {
    const size = Math.min(limit, device.limits.maxComputeWorkgroupSizeX);
    const y = await runWgsl(device, {
        name: "invocations",
        wgsl: `
      @group(0) @binding(0) var<storage, read> x: array<u32>; // [N]
      @group(0) @binding(1) var<storage, read_write> y: array<u32>; // [N]
      var<workgroup> memory: array<u32, ${size}>;
      @compute @workgroup_size(${size}) fn main(@builtin(local_invocation_index) lane: u32) {
        memory[lane] = x[lane];
        workgroupBarrier();
        y[lane] = memory[${size - 1}u - lane];
      }`,
        inputs: { x: Uint32Array.from({ length: size }, (_, i) => i * 3) },
        count: size,
        dtype: "u32",
        workgroups: 1,
    });
    return [
        sameBits(`${size} invocations`, y, Uint32Array.from({ length: size }, (_, i) => (size - 1 - i) * 3)),
    ];
});
/** All of the workgroup memory is written by one lane after the other and read by another. */
const storage = limitCase("maxComputeWorkgroupStorageSize", async (device, limit) => {
    const words = Math.floor(limit / 4);
    const y = await runWgsl(device, {
        name: "storage",
        wgsl: `
      @group(0) @binding(0) var<storage, read> x: array<u32>; // [N]
      @group(0) @binding(1) var<storage, read_write> y: array<u32>; // [N]
      var<workgroup> memory: array<u32, ${words}>;
      @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) lane: u32) {
        for (var i = lane; i < ${words}u; i += 64u) { memory[i] = i * x[0]; }
        workgroupBarrier();
        for (var i = lane; i < ${words}u; i += 64u) { y[i] = memory[${words - 1}u - i]; }
      }`,
        inputs: { x: Uint32Array.of(5) },
        count: words,
        dtype: "u32",
        workgroups: 1,
    });
    return [
        sameBits(`${limit} bytes`, y, Uint32Array.from({ length: words }, (_, i) => (words - 1 - i) * 5)),
    ];
}, { level: "default" });
const GRID = `
  @group(0) @binding(0) var<storage, read> x: array<u32>; // [N]
  @group(0) @binding(1) var<storage, read_write> y: array<u32>; // [N]
  @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3u) { y[id.x + id.y + id.z] = x[0] + id.x + id.y + id.z; }`;
/** One workgroup writes each number, in each dimension in turn. */
const grid = limitCase("maxComputeWorkgroupsPerDimension", async (device, limit) => {
    // Some adapters allow 2^31, which no run can try.
    const tried = Math.min(limit, 1 << 20);
    const measures = [];
    for (const workgroups of [
        [tried, 1, 1],
        [1, tried, 1],
        [1, 1, tried],
    ]) {
        const y = await runWgsl(device, { name: "grid", wgsl: GRID, inputs: { x: Uint32Array.of(7) }, count: tried, dtype: "u32", workgroups });
        measures.push(sameBits(`a grid of ${workgroups.join(" x ")}`, y, Uint32Array.from({ length: tried }, (_, i) => i + 7)));
    }
    return measures;
});
/** As many storage buffers as a kernel may bind, each of which must be the right one. */
const bindings = limitCase("maxStorageBuffersPerShaderStage", async (device, limit) => {
    const count = Math.min(limit, 64);
    const names = Array.from({ length: count - 1 }, (_, i) => `x${i}`);
    const declared = names.map((name, i) => `@group(0) @binding(${i}) var<storage, read> ${name}: array<u32>; // [N]`);
    const y = await runWgsl(device, {
        name: "bindings",
        wgsl: `${declared.join("\n")}
      @group(0) @binding(${count - 1}) var<storage, read_write> y: array<u32>; // [N]
      @compute @workgroup_size(1) fn main() { ${names.map((name, i) => `y[${i}] = ${name}[0];`).join(" ")} }`,
        inputs: Object.fromEntries(names.map((name, i) => [name, Uint32Array.of(i * i + 1)])),
        count: names.length,
        dtype: "u32",
        workgroups: 1,
    });
    return [
        sameBits(`${count} bindings`, y, Uint32Array.from(names, (_, i) => i * i + 1)),
    ];
});
/** 64 bytes of parameters, the most that the engine gives a kernel. */
const parameters = {
    name: "64 bytes of parameters arrive",
    level: "quick",
    run: async ({ device, note }) => {
        note("parameters", device.immediates ? "immediates" : "uniform buffers");
        const names = Array.from({ length: 16 }, (_, i) => `p${i}`);
        const y = await runWgsl(device, {
            name: "parameters",
            wgsl: `
        struct Parameters { ${names.map((name) => `${name}: u32,`).join(" ")} }
        var<immediate> parameters: Parameters;
        @group(0) @binding(0) var<storage, read_write> y: array<u32>; // [N]
        @compute @workgroup_size(1) fn main() { ${names.map((name, i) => `y[${i}] = parameters.${name};`).join(" ")} }`,
            inputs: {},
            count: 16,
            dtype: "u32",
            workgroups: 1,
            parameters: Object.fromEntries(names.map((name, i) => [name, 0xdead0000 + i])),
        });
        return [
            sameBits("parameters", y, Uint32Array.from(names, (_, i) => 0xdead0000 + i)),
        ];
    },
};
/** Writes the first and the last words of a large buffer and its middle, and reads them back. */
async function largeBuffer(device, bytes) {
    const buffer = createBuffer(device, "large", bytes);
    try {
        const offsets = [0, Math.floor(buffer.size / 2 / 256) * 256, buffer.size - 256];
        const windows = offsets.map((offset) => ({ buffer, offset, size: 256 }));
        windows.forEach((window, i) => void uploadBuffer(device, window, new Uint32Array(64).fill(i + 1)));
        const read = await readBuffers(device, windows);
        return read.map((one, i) => sameBits(`${bytes} bytes at ${offsets[i]}`, new Uint32Array(one), new Uint32Array(64).fill(i + 1)));
    }
    finally {
        destroyBuffer(device, buffer);
    }
}
const MEBIBYTE = 2 ** 20;
/** Limits in bytes are often larger than the memory. What is tried is said. */
function bufferCase(most, level) {
    return limitCase("maxBufferSize", (device, limit) => largeBuffer(device, Math.min(limit, most)), {
        name: `a buffer of ${most / MEBIBYTE} MiB keeps its first and last words`,
        level,
        skip: ({ limits }) => (limits.maxBufferSize < most ? `the device allows ${limits.maxBufferSize} bytes` : undefined),
    });
}
/** A device must get every limit that it was asked for. */
const granted = {
    name: "limits are at least WebGPU's own",
    level: "quick",
    run: ({ device: { limits } }) => Promise.resolve(Object.entries(LEAST).map(([name, least]) => holds(name, limits[name] >= least))),
};
/** https://www.w3.org/TR/webgpu/#limit-default */
const LEAST = {
    maxBufferSize: 268_435_456,
    maxStorageBufferBindingSize: 134_217_728,
    maxComputeWorkgroupStorageSize: 16_384,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupsPerDimension: 65_535,
    maxStorageBuffersPerShaderStage: 8,
};
export const limitsGroup = {
    name: "limits",
    description: "every limit that the engine asks for, used to its full",
    cases: [
        granted,
        invocations,
        storage,
        grid,
        bindings,
        parameters,
        bufferCase(64 * MEBIBYTE, "default"),
        bufferCase(1024 * MEBIBYTE, "full"),
    ],
};
