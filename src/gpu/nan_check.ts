import type { Launch, Observer, Run } from "./context.ts";
import type { Device } from "./device.ts";
import { EngineError } from "./errors.ts";
import type { Kernel } from "./kernel.ts";
import { liveBytes } from "./profile_record.ts";
import { openSlices, type Slices } from "./slices.ts";

/**
 * Runs work once more and returns what its first kernel did that wrote a number which is not finite. The device stays usable. It is undefined
 * where there is none.
 */
export async function firstNotFinite(device: Device, place: string, work: () => Promise<unknown>): Promise<string | undefined> {
  const { observer } = device;
  let first: string | undefined;
  const check = await createNanCheck(device, ({ message }) => {
    first ??= message;
  });
  check.place = place;
  try {
    await work();
    await check.settled();
  } finally {
    check.destroy();
    device.observer = observer;
  }
  return first;
}

/** Looks at everything that kernels write, and reports the first number that is not finite. */
export interface NanCheck {
  /** Where the run is, for the message: "step 3". */
  place: string;
  /** Waits for everything submitted. @throws EngineError naming the first kernel that wrote such a number */
  settled(): Promise<void>;
  destroy(): void;
}

// The test reads bits, because compilers may assume that x == x. A new buffer holds zeros, which mean that nothing was found.
const COUNT = `
@group(0) @binding(0) var<storage, read> values: array<u32>; // [E]
@group(0) @binding(1) var<storage, read_write> found: array<atomic<u32>>; // [2]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&values); i += groups.x * 64u) {
    if ((values[i] & 0x7f800000u) == 0x7f800000u) {
      atomicAdd(&found[0], 1u);
      atomicMax(&found[1], 0xffffffffu - i);
    }
  }
}
`;

/** Bytes from one result to the next. A binding must begin at a multiple of this. */
const STRIDE = 256;
const RESULTS_PER_BUFFER = 1024;
const MOST_WORKGROUPS = 4096;

/** One output of one dispatch. */
interface Check {
  readonly launch: Launch;
  readonly binding: number;
  readonly shape: readonly number[];
}

/** The checks of one submission, and the buffers that receive their counts. */
interface Counting {
  readonly slices: Slices;
  readonly checks: Check[];
  readonly results: GPUBuffer[];
}

type CountingPass = Pick<Counting, "checks" | "results"> & { readonly pass: GPUComputePassEncoder };

/**
 * Observes a device. Behind each dispatch it adds one more for each output, which counts the non-finite numbers there. `found` takes the
 * first of them of each submission; left out, it makes the device fail.
 */
export async function createNanCheck(device: Device, found: (error: EngineError) => void = device.fail): Promise<NanCheck> {
  const kernel = await device.kernel({ name: "debug/count_non_finite", wgsl: COUNT, staysInBounds: true });
  let counting: Counting;
  let current: { readonly launch: Launch; readonly run: Run; readonly pass: GPUComputePassEncoder };
  let reported: Promise<unknown> = Promise.resolve();

  const observer: Observer = {
    submit: ({ label, encode, copies }) => {
      counting = { slices: openSlices(device, label), checks: [], results: [] };
      const { slices, checks, results } = counting;
      encode(observer);
      let staging: readonly GPUBuffer[] = [];
      slices.finish((encoder) => {
        staging = results.map((buffer) => stage(device.gpu, encoder, buffer));
        copies?.(encoder);
      });
      reported = Promise.all([reported, report({ device, place: nanCheck.place, checks, staging, found })]);
      // Whoever awaits `reported` gets the error; without this line Node.js would end the process first.
      reported.catch(() => {});
      for (const buffer of results) buffer.destroy();
    },
    begin: (launch, run, operations) => {
      const pass = counting.slices.begin(launch, run, operations);
      current = { launch, run, pass };
      return pass;
    },
    end: () => {
      const { launch, run, pass } = current;
      launch.kernel.bindings.forEach(({ access }, binding) => {
        if (access === "read_write") count(device.gpu, kernel, { ...counting, pass }, launch, binding, run);
      });
      // The next dispatch may be of the same kernel, and expects its pipeline in place.
      pass.setPipeline(launch.kernel.pipeline);
    },
    settled: async () => {
      await reported;
    },
  };
  const nanCheck: NanCheck = {
    place: "before the first step",
    settled: async () => {
      await reported;
      device.assertHealthy();
    },
    destroy: () => {
      device.observer = undefined;
    },
  };
  device.observer = observer;
  return nanCheck;
}

/** Appends the dispatch that checks one output of a launch, if the output holds floats and all of it was written. */
function count(gpu: GPUDevice, kernel: Kernel, counting: CountingPass, launch: Launch, binding: number, run: Run): void {
  const { pass, checks, results } = counting;
  const contents = launch.contents?.(binding, run);
  const size = liveBytes(launch, binding, run);
  if (contents?.dtype !== "f32" || contents.isPartial || size === 0) return;
  const slot = checks.length % RESULTS_PER_BUFFER;
  if (slot === 0) results.push(createResults(gpu));
  const { buffer, offset } = launch.windows[binding]!;
  const found = { buffer: results.at(-1)!, offset: slot * STRIDE, size: 8 };
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(0, bindGroup(gpu, kernel, { buffer, offset, size }, found));
  pass.dispatchWorkgroups(Math.min(MOST_WORKGROUPS, Math.ceil(size / 4 / 64)));
  checks.push({ launch, binding, shape: contents.shape });
}

function createResults(gpu: GPUDevice): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  return gpu.createBuffer({ label: "non-finite counts", size: RESULTS_PER_BUFFER * STRIDE, usage });
}

function bindGroup(gpu: GPUDevice, kernel: Kernel, values: GPUBufferBinding, found: GPUBufferBinding): GPUBindGroup {
  const entries = [values, found].map((resource, binding) => ({ binding, resource }));
  return gpu.createBindGroup({ layout: kernel.bindGroupLayout, entries });
}

function stage(gpu: GPUDevice, encoder: GPUCommandEncoder, results: GPUBuffer): GPUBuffer {
  const staging = gpu.createBuffer({ size: results.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  encoder.copyBufferToBuffer(results, 0, staging, 0, results.size);
  return staging;
}

interface Report {
  readonly device: Device;
  readonly place: string;
  readonly checks: readonly Check[];
  readonly staging: readonly GPUBuffer[];
  readonly found: (error: EngineError) => void;
}

/** Reads a submission's counts and tells `found` if one is not zero. */
async function report({ device, place, checks, staging, found }: Report): Promise<void> {
  const read = staging.map(async (buffer) => {
    await device.flight.wait("the search for NaN", buffer.mapAsync(GPUMapMode.READ));
    const words = new Uint32Array(buffer.getMappedRange().slice(0));
    buffer.destroy();
    return words;
  });
  const words = await Promise.all(read);
  const resultOf = (index: number): Uint32Array => {
    const begin = ((index % RESULTS_PER_BUFFER) * STRIDE) / 4;
    return words[Math.floor(index / RESULTS_PER_BUFFER)]!.subarray(begin, begin + 2);
  };
  const first = checks.findIndex((_, index) => resultOf(index)[0]! > 0);
  if (first === -1) return;
  const [count, fromEnd] = resultOf(first);
  found(new EngineError(`${place}: ${describe(checks[first]!, count!, 0xffffffff - fromEnd!)}`));
}

function describe({ launch, binding, shape }: Check, count: number, index: number): string {
  const { kernel, label } = launch;
  const { name, shape: names } = kernel.bindings[binding]!;
  const values = count === 1 ? "1 non-finite value" : `${count} non-finite values`;
  const columns = shape.length < 2 ? 1 : shape.slice(1).reduce((a, b) => a * b, 1);
  const where = columns === 1 ? `at ${index}` : `at row ${Math.floor(index / columns)}, column ${index % columns}`;
  return `${kernel.id} (${label}) wrote ${values} to ${name} ${names || `[${shape.join(", ")}]`}; first ${where}`;
}
