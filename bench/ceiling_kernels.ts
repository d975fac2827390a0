import type { Device } from "../src/gpu/device.ts";

/** A kernel whose best time is wanted: WGSL with one entry point, over buffers of `bytes`. */
export interface Attempt {
  readonly wgsl: string;
  readonly bytes: number;
  /** The most workgroups that one dispatch may have. */
  readonly workgroups: number;
  /** Operations or bytes of one workgroup. */
  readonly amount: number;
  /** Fewer workgroups will do where these take long. */
  readonly isGrown: boolean;
}

type Traits = Pick<Device, "software" | "lanes">;

/** Lanes of a workgroup. On a GPU few lanes would leave places empty, because it holds only so many workgroups at a time. */
function widthOf({ software, lanes }: Traits): number {
  return software ? lanes : 256;
}

/**
 * Type, width and number of the chains, and the steps of an iteration. Processors differ in what suits them, so each is tried and the best
 * counts. Software adapters mask every chain in every iteration, so steps are written out for them, too.
 */
const CHAINS = {
  software: [
    ["f32", 1, 12, 8],
    ["f32", 1, 24, 8],
    ["vec4f", 4, 8, 1],
  ],
  hardware: [
    ["f32", 1, 8, 1],
    ["f32", 1, 24, 1],
    ["vec4f", 4, 8, 1],
  ],
} as const;
const FMA_STEPS = 4096;

/** Independent chains of fma hide its latency; they are written out, because not every driver unrolls a loop over an array. */
export function fmaAttempts(traits: Traits): Attempt[] {
  const lanes = widthOf(traits);
  const workgroups = traits.software ? 512 : 8192;
  return CHAINS[traits.software ? "software" : "hardware"].map(([type, width, count, steps]) => {
    // On GPUs numbers stay between 1/4 and 2 from run to run: zeros or infinities take less power, and so more clocks, than work has.
    const [read, write] = traits.software ? ["", ""] : ["0.25 * ", "clamp("];
    const end = traits.software ? "" : `, ${type}(1.0), ${type}(2.0))`;
    const chains = Array.from({ length: count }, (_, i) => i);
    const step = chains.map((i) => `    s${i} = fma(s${i}, m, m);`).join("\n");
    const wgsl = `@group(0) @binding(0) var<storage, read_write> y: array<${type}>; // [E]
@compute @workgroup_size(${lanes})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = ${read}y[id.x];
${chains.map((i) => `  var s${i} = m + ${i}.0;`).join("\n")}
  for (var k = 0u; k < ${FMA_STEPS}u; k += ${steps}u) {
${Array.from({ length: steps }, () => step).join("\n")}
  }
  y[id.x] = ${write}${chains.map((i) => `s${i}`).join(" + ")}${end};
}`;
    return { wgsl, bytes: 4 * workgroups * lanes * width, workgroups, amount: 2 * FMA_STEPS * count * lanes * width, isGrown: true };
  });
}

/** Vectors that one lane copies, one after the other and, on a GPU, so many at a time. */
const COPIES = {
  software: { steps: [4, 64], together: 1 },
  hardware: { steps: [4, 16, 64], together: 4 },
} as const;

/** A copy, and work in place: a CPU fetches memory before it overwrites it, so a copy costs it three transfers instead of two. */
export function memoryAttempts(traits: Traits, bytes: number): Attempt[] {
  const lanes = widthOf(traits);
  const { steps: counts, together } = COPIES[traits.software ? "software" : "hardware"];
  const from = "@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [E]\n";
  const to = (binding: number): string => `@group(0) @binding(${binding}) var<storage, read_write> y: array<vec4f>; // [E]`;
  // In place a sign changes on GPUs, which may run this thousands of times: a product would grow beyond all numbers.
  const inPlace = traits.software ? "y[at] * 1.5" : "-y[at]";
  return counts.flatMap((steps) => {
    const attempt = (bindings: string, value: string): Attempt => ({
      wgsl: memoryKernel(bindings, value, { lanes, steps, together }),
      bytes,
      workgroups: bytes / (16 * lanes * steps),
      amount: 2 * 16 * lanes * steps,
      isGrown: false,
    });
    return [attempt(from + to(1), "x[at]"), attempt(to(0), inPlace)];
  });
}

interface CopyShape {
  readonly lanes: number;
  readonly steps: number;
  readonly together: number;
}

/** All loads of a round come before its stores, so that they are under way together. */
function memoryKernel(bindings: string, value: string, { lanes, steps, together }: CopyShape): string {
  const round = Array.from({ length: together }, (_, i) => i);
  return `${bindings}
@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (workgroup.y * workgroups.x + workgroup.x) * ${lanes * steps}u + lane;
  // A grid that was folded for its length has workgroups to spare.
  if first >= arrayLength(&y) {
    return;
  }
  for (var i = 0u; i < ${steps}u; i += ${together}u) {
    let begin = first + i * ${lanes}u;
${round.map((i) => `    let v${i} = ${value.replace("[at]", `[begin + ${i * lanes}u]`)};`).join("\n")}
${round.map((i) => `    y[begin + ${i * lanes}u] = v${i};`).join("\n")}
  }
}`;
}

/** Fills a buffer with numbers that are not zero and differ: hardware may store what is all the same in less room. */
export const FILL = `@group(0) @binding(0) var<storage, read_write> y: array<vec4f>; // [E]
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let count = arrayLength(&y);
  for (var at = workgroup.x * 64u + lane; at < count; at += workgroups.x * 64u) {
    let bits = (at * 2654435769u) >> 9u;
    y[at] = 1.0 + vec4f(f32(bits), f32(bits ^ 21845u), f32(bits ^ 1023u), f32(bits ^ 4095u)) / 8388608.0;
  }
}`;
export const FILL_WORKGROUPS = 4096;
