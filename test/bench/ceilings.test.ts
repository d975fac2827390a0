import assert from "node:assert/strict";
import { after, test } from "node:test";
import { FILL, fmaAttempts, memoryAttempts } from "../../bench/ceiling_kernels.ts";
import { isAboveCeiling, shareOfCeiling } from "../../bench/ceiling_share.ts";
import { measureCeilings } from "../../bench/ceilings.ts";
import type { Clock } from "../../bench/clock.ts";
import { createBuffers, readBuffers } from "../../src/gpu/buffer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { createLaunchList } from "../../src/gpu/launch.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { nullDevice } from "../gpu/null_device.ts";

const device = await nullDevice();
after(() => device.destroy());

const MEBI = 2 ** 20;
const LARGEST = 65_535;

test("on GPUs no attempt at a ceiling has a grid that is folded or few lanes, and loads are under way together", () => {
  for (const lanes of [32, 64]) {
    for (const bytes of [128 * MEBI, 512 * MEBI]) {
      for (const { wgsl, workgroups } of [
        ...fmaAttempts({ software: false, lanes }),
        ...memoryAttempts({ software: false, lanes }, bytes),
      ]) {
        assert.ok(workgroups <= LARGEST && Number.isInteger(workgroups), `${workgroups} workgroups`);
        assert.match(wgsl, /@workgroup_size\(256\)/);
      }
    }
  }
  for (const { wgsl } of memoryAttempts({ software: false, lanes: 32 }, 512 * MEBI)) {
    assert.ok(wgsl.indexOf("let v3") > 0 && wgsl.indexOf("let v3") < wgsl.indexOf("y[begin + 0u] = v0"));
  }
});

test("what a GPU copies is the whole buffer, of numbers that differ", async () => {
  const own = await openDevice();
  const bytes = 4 * MEBI;
  const buffers = createBuffers(own, [
    { label: "x", bytes },
    { label: "y", bytes },
  ]);
  const run = async (wgsl: string, workgroups: number, chosen = buffers): Promise<void> => {
    const kernel = await own.kernel({ name: "ceiling", wgsl, staysInBounds: true });
    const windows = kernel.bindings.map(({ name }) => ({ buffer: chosen[name === "x" ? 0 : 1]!, offset: 0, size: bytes }));
    const launch = { label: "ceiling", kernel, windows, reads: [], parameters: () => [], workgroups: () => [workgroups] };
    createLaunchList(own, "ceiling", [launch]).submit({});
  };
  const read = async (): Promise<Float32Array[]> => {
    const windows = buffers.map((buffer) => ({ buffer, offset: 0, size: bytes }));
    return (await readBuffers(own, windows)).map((data) => new Float32Array(data));
  };
  for (const { wgsl, workgroups } of memoryAttempts({ software: false, lanes: 32 }, bytes)) {
    await run(FILL, 16, [buffers[0]!, buffers[0]!]);
    const before = await read();
    assert.ok(before[0]!.every((value) => value >= 1 && value < 2) && new Set(before[0]!.subarray(0, 4096)).size > 1000);
    await run(wgsl, workgroups);
    const [x, y] = await read();
    const expected = wgsl.includes("x: array") ? x! : before[1]!.map((value) => -value);
    assert.deepEqual(y, expected);
  }
  own.destroy();
});

test("on software adapters the copies are those of earlier reports", () => {
  const copies = memoryAttempts({ software: true, lanes: 8 }, 32 * MEBI);
  assert.deepEqual(
    copies.map(({ workgroups }) => workgroups),
    [65_536, 65_536, 4096, 4096],
  );
  for (const { wgsl } of copies) assert.match(wgsl, /@workgroup_size\(8\)/);
});

test("an attempt counts the operations that its text asks for", () => {
  for (const { wgsl, amount } of [true, false].flatMap((software) => fmaAttempts({ software, lanes: 8 }))) {
    const [, lanes, end, step] = /@workgroup_size\((\d+)\)[\s\S]*k < (\d+)u; k \+= (\d+)u/.exec(wgsl)!.map(Number);
    const width = wgsl.includes("array<vec4f>") ? 4 : 1;
    const perIteration = wgsl.split("fma(").length - 1;
    assert.equal(amount, 2 * lanes! * width * perIteration * (end! / step!));
  }
});

interface Dispatch {
  readonly workgroups: number;
  readonly milliseconds: number;
}

/** A clock of a GPU on which a dispatch takes some time, given what ran before. `kernel` counts kernels in the order of their first run. */
function fakeClock(
  milliseconds: (workgroups: number, before: readonly Dispatch[], kernel: number) => number,
): Clock & { readonly ran: Dispatch[] } {
  const ran: Dispatch[] = [];
  const kernels: GPUComputePipeline[] = [];
  const time: Clock["time"] = (_, encode) => {
    let [workgroups, kernel] = [0, 0];
    const pass = {
      setPipeline: (pipeline: GPUComputePipeline) => {
        if (!kernels.includes(pipeline)) kernels.push(pipeline);
        kernel = kernels.indexOf(pipeline);
      },
      setBindGroup: () => {},
      dispatchWorkgroups: (x: number, y: number, z: number) => {
        workgroups += x * y * z;
      },
    };
    encode({ begin: () => pass as unknown as GPUComputePassEncoder, end: () => {} });
    const took = milliseconds(workgroups, ran, kernel);
    ran.push({ workgroups, milliseconds: took });
    return Promise.resolve({ milliseconds: took, processorMilliseconds: 0 });
  };
  return { name: "gpu timestamps", time, destroy: () => {}, ran };
}

/** Milliseconds that dispatches took together. */
const sum = (dispatches: readonly Dispatch[]): number => dispatches.reduce((total, { milliseconds }) => total + milliseconds, 0);

test("a GPU is warm before its ceilings are measured", async () => {
  // Clocks rise from a sixth of what they are in the first 200 ms of work. The first kernel is the fastest.
  const slowness = (before: readonly Dispatch[]): number => Math.max(1, 6 - sum(before) / 40);
  const one = (workgroups: number, kernel: number): number => workgroups * (kernel === 0 ? 1e-4 : 1e-2);
  const ramp = fakeClock((workgroups, before, kernel) => one(workgroups, kernel) * slowness(before));
  const warm = fakeClock((workgroups, _, kernel) => one(workgroups, kernel));
  assert.deepEqual(await measureCeilings(device, ramp), await measureCeilings(device, warm));
  assert.ok(ramp.ran.length < 5000, `${ramp.ran.length} dispatches`);
});

test("a weak GPU gets dispatches of fma that end soon", async () => {
  const weak = fakeClock((workgroups) => workgroups * 0.2);
  await measureCeilings(device, weak);
  const copies = [128, 256, 512].flatMap((size) => memoryAttempts(device, size * MEBI).map(({ workgroups }) => workgroups));
  const longest = Math.max(...weak.ran.filter(({ workgroups }) => !copies.includes(workgroups)).map(({ milliseconds }) => milliseconds));
  assert.ok(longest > 0 && longest < 100, `${longest} ms`);
});

test("timestamps that a driver reset make no ceiling infinite", async () => {
  let count = 0;
  const resetting = fakeClock((workgroups) => {
    count += 1;
    return count % 7 === 0 ? 0 : workgroups * 1e-3;
  });
  const { gflops, gigabytesPerSecond } = await measureCeilings(device, resetting);
  assert.ok(Number.isFinite(gflops) && Number.isFinite(gigabytesPerSecond));
});

test("a GPU without memory for the large buffers is measured with smaller ones, and stays usable", async () => {
  const { gpu } = device;
  const sizes: number[] = [];
  let refused = false;
  const small = new Proxy(gpu, {
    get: (target, key) => {
      if (key === "createBuffer") {
        return (descriptor: GPUBufferDescriptor) => {
          sizes.push(descriptor.size);
          refused ||= descriptor.size > 128 * MEBI;
          return target.createBuffer({ ...descriptor, size: Math.min(descriptor.size, 128 * MEBI) });
        };
      }
      if (key === "popErrorScope") {
        return async () => {
          const error = await target.popErrorScope();
          const answer = refused ? { message: "out of memory" } : error;
          refused = false;
          return answer;
        };
      }
      const value = Reflect.get(target, key) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const largest = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
  const limits = { ...limitsOf(device), maxBufferSize: 512 * MEBI, maxStorageBufferBindingSize: 512 * MEBI };
  assert.ok(largest >= 128 * MEBI);
  const poor = { ...device, gpu: small, limits } as unknown as Device;
  const warm = fakeClock((workgroups) => workgroups * 1e-3);
  const { gigabytesPerSecond } = await measureCeilings(poor, warm);
  assert.deepEqual([...new Set(sizes)], [512 * MEBI, 256 * MEBI, 128 * MEBI]);
  assert.ok(gigabytesPerSecond > 0);
  device.assertHealthy();
});

function limitsOf({ limits }: Device): Record<string, unknown> {
  const own: Record<string, unknown> = {};
  for (const name in limits) own[name] = limits[name as keyof GPUSupportedLimits];
  return own;
}

test("a row above its ceiling is told apart from one whose memory is in a cache", () => {
  const ceilings = { gflops: 1000, gigabytesPerSecond: 100 };
  const spread = (median: number) => ({ median, min: median, max: median, percentile5: median, percentile95: median });
  const row = (gflops: number, gigabytesPerSecond: number, median = 10) => ({ gflops, gigabytesPerSecond, milliseconds: spread(median) });
  assert.equal(shareOfCeiling(row(500, 10), ceilings), 0.5);
  assert.ok(!isAboveCeiling(row(1040, 10), ceilings));
  assert.ok(isAboveCeiling(row(1060, 10), ceilings));
  assert.ok(!isAboveCeiling(row(1, 300, 0.1), ceilings), "30 kB are in a cache");
  assert.ok(isAboveCeiling(row(1, 110), ceilings), "a gigabyte is not");
  const busy = { ...row(600, 1), uncontendedMilliseconds: spread(5) };
  assert.equal(shareOfCeiling(busy, ceilings), 1.2);
  assert.ok(isAboveCeiling(busy, ceilings));
});
