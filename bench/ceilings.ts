import { createBuffer, destroyBuffer } from "../src/gpu/buffer.ts";
import type { Device } from "../src/gpu/device.ts";
import { createLaunchList } from "../src/gpu/launch.ts";
import type { Clock } from "./clock.ts";

/** What an adapter reaches at best, measured on it: fma out of registers, and copying a buffer (bytes read and written). */
export interface Ceilings {
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** Independent chains of vec4 fma, enough to hide their latency. */
const CHAINS = 8;
const STEPS = 4096;

/** The chains are written out, because not every driver unrolls a loop over an array. */
function fmaKernel(): string {
  const chains = Array.from({ length: CHAINS }, (_, i) => i);
  return `import constants::LANES;
@group(0) @binding(0) var<storage, read_write> y: array<vec4f>; // [E]
@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = y[id.x];
${chains.map((i) => `  var s${i} = m + ${i}.0;`).join("\n")}
  for (var k = 0u; k < ${STEPS}u; k += 1u) {
${chains.map((i) => `    s${i} = fma(s${i}, m, m);`).join("\n")}
  }
  y[id.x] = ${chains.map((i) => `s${i}`).join(" + ")};
}`;
}

const COPY = `import constants::LANES;
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [E]
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>; // [E]
@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * LANES * 16u + lane;
  for (var i = 0u; i < 16u; i += 1u) {
    y[first + i * LANES] = x[first + i * LANES];
  }
}`;

/** Best of several runs, each on an idle queue; by the processor's clock on software adapters. Takes about a second. */
export async function measureCeilings(device: Device, clock: Clock): Promise<Ceilings> {
  const { lanes, software } = device;
  const workgroups = software ? 512 : 16384;
  const fma = await bestMilliseconds(device, clock, fmaKernel(), workgroups * lanes * 16, workgroups);
  const copied = (software ? 32 : 128) * 2 ** 20;
  const copy = await bestMilliseconds(device, clock, COPY, copied, copied / (lanes * 256));
  return {
    gflops: (workgroups * lanes * CHAINS * 4 * STEPS * 2) / fma / 1e6,
    gigabytesPerSecond: (2 * copied) / copy / 1e6,
  };
}

async function bestMilliseconds(device: Device, clock: Clock, wgsl: string, bytes: number, workgroups: number): Promise<number> {
  const kernel = await device.kernel({ name: "ceiling", wgsl });
  const buffers = kernel.bindings.map(({ name }) => createBuffer(device, `ceiling ${name}`, bytes));
  const launch = {
    label: "ceiling",
    kernel,
    windows: buffers.map((buffer) => ({ buffer, offset: 0, size: bytes })),
    isStatic: true,
    parameters: () => [],
    workgroups: () => [workgroups, 1, 1],
  };
  const list = createLaunchList(device, "ceiling", [launch]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 7; i += 1) {
    const { milliseconds, processorMilliseconds } = await clock.time("ceiling", (pass) => list.encode(pass, {}));
    // The first run compiles.
    if (i > 0) best = Math.min(best, device.software ? processorMilliseconds : milliseconds);
  }
  list.destroy();
  for (const buffer of buffers) destroyBuffer(device, buffer);
  return best;
}
