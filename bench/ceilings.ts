import { createBuffer, destroyBuffer } from "../src/gpu/buffer.ts";
import type { Device } from "../src/gpu/device.ts";
import { createLaunchList } from "../src/gpu/launch.ts";
import type { Clock } from "./clock.ts";

/** The best rates measured on an adapter: of fma (multiply and add) on registers, and of memory, reads and writes both counted. */
export interface Ceilings {
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** A kernel whose best time is wanted: WGSL with one entry point, over buffers of `bytes`. */
interface Attempt {
  readonly wgsl: string;
  readonly bytes: number;
  readonly workgroups: number;
  /** Operations or bytes of one run. */
  readonly amount: number;
}

/** Type, width and number of the chains. Processors differ in what suits them, so each is tried and the best counts. */
const CHAINS = [
  ["f32", 1, 8],
  ["f32", 1, 24],
  ["vec4f", 4, 8],
] as const;
const FMA_STEPS = 4096;

/** Independent chains of fma hide its latency; they are written out, because not every driver unrolls a loop over an array. */
function fmaAttempt({ software, lanes }: Device, [type, width, count]: (typeof CHAINS)[number]): Attempt {
  const chains = Array.from({ length: count }, (_, i) => i);
  const workgroups = software ? 512 : 16384;
  const elements = workgroups * lanes * width;
  const wgsl = `import constants::LANES;
@group(0) @binding(0) var<storage, read_write> y: array<${type}>; // [E]
@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = y[id.x];
${chains.map((i) => `  var s${i} = m + ${i}.0;`).join("\n")}
  for (var k = 0u; k < ${FMA_STEPS}u; k += 1u) {
${chains.map((i) => `    s${i} = fma(s${i}, m, m);`).join("\n")}
  }
  y[id.x] = ${chains.map((i) => `s${i}`).join(" + ")};
}`;
  return { wgsl, bytes: 4 * elements, workgroups, amount: 2 * FMA_STEPS * count * elements };
}

/** Vectors that one lane copies. */
const COPIES = [4, 64] as const;

/** A copy, and work in place: a CPU fetches memory before it overwrites it, so a copy costs it three transfers instead of two. */
function memoryAttempts({ software, lanes }: Device, steps: number): Attempt[] {
  const bytes = (software ? 32 : 128) * 2 ** 20;
  const attempt = (bindings: string, statement: string): Attempt => ({
    wgsl: `import constants::LANES;
${bindings}
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (workgroup.y * workgroups.x + workgroup.x) * LANES * ${steps}u + lane;
  // A grid that was folded for its length has workgroups to spare.
  if first >= arrayLength(&y) {
    return;
  }
  for (var i = 0u; i < ${steps}u; i += 1u) {
    let at = first + i * LANES;
    ${statement}
  }
}`,
    bytes,
    workgroups: bytes / (16 * lanes * steps),
    amount: 2 * bytes,
  });
  const from = "@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [E]\n";
  const to = (binding: number): string => `@group(0) @binding(${binding}) var<storage, read_write> y: array<vec4f>; // [E]`;
  return [attempt(from + to(1), "y[at] = x[at];"), attempt(to(0), "y[at] = y[at] * 1.5;")];
}

/** The best of several attempts, each on an idle queue. Software adapters are timed by processor time. Takes about a second. */
export async function measureCeilings(device: Device, clock: Clock): Promise<Ceilings> {
  return {
    gflops: await bestRate(
      device,
      clock,
      CHAINS.map((chains) => fmaAttempt(device, chains)),
    ),
    gigabytesPerSecond: await bestRate(
      device,
      clock,
      COPIES.flatMap((steps) => memoryAttempts(device, steps)),
    ),
  };
}

/** The best rate, in billions per second. */
async function bestRate(device: Device, clock: Clock, attempts: readonly Attempt[]): Promise<number> {
  let best = 0;
  for (const attempt of attempts) best = Math.max(best, attempt.amount / (await bestMilliseconds(device, clock, attempt)) / 1e6);
  return best;
}

async function bestMilliseconds(device: Device, clock: Clock, { wgsl, bytes, workgroups }: Attempt): Promise<number> {
  const kernel = await device.kernel({ name: "ceiling", wgsl, staysInBounds: true });
  const buffers = kernel.bindings.map(({ name }) => createBuffer(device, `ceiling ${name}`, bytes));
  const launch = {
    label: "ceiling",
    kernel,
    windows: buffers.map((buffer) => ({ buffer, offset: 0, size: bytes })),
    reads: [],
    parameters: () => [],
    workgroups: () => [workgroups],
  };
  const list = createLaunchList(device, "ceiling", [launch]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 12; i += 1) {
    const { milliseconds, processorMilliseconds } = await clock.time("ceiling", (recording) => list.encode(recording, {}));
    // The first run compiles.
    if (i > 0) best = Math.min(best, device.software ? processorMilliseconds : milliseconds);
  }
  list.destroy();
  for (const buffer of buffers) destroyBuffer(device, buffer);
  return best;
}
