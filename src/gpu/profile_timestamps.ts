import type { Launch, Observer, Run } from "./context.ts";
import type { Device } from "./device.ts";
import { describeDispatch, type ProfiledDispatch, type ProfiledSubmission, type Timer } from "./profile_record.ts";
import { openSlices, type Slices } from "./slices.ts";

/** Dispatches per query set. Each takes two queries, and WebGPU allows 4096 in a set. */
const DISPATCHES = 1024;
const NANOSECONDS_PER_MILLISECOND = 1e6;

/** A query set with the buffers its values travel through; used by one submission at a time. */
interface Segment {
  readonly querySet: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
}

interface Pending {
  readonly label: string;
  readonly encodeStart: number;
  readonly encodeEnd: number;
  readonly dispatches: readonly ProfiledDispatch[];
  /** The stamps at either end of each dispatch, in nanoseconds of the GPU's clock. */
  readonly stamps: Promise<readonly BigUint64Array[]>;
  readonly done: Promise<number>;
}

/** Gives every dispatch a pass that writes a timestamp at either end. */
export function createTimestampTimer(device: Device): Timer {
  const { gpu } = device;
  const pool = createPool(gpu);
  let pending: Pending[] = [];
  let slices: Slices;
  let segments: Segment[] = [];
  let dispatches: ProfiledDispatch[] = [];

  const timestamps = (launch: Launch, run: Run): GPUComputePassTimestampWrites => {
    const index = dispatches.length % DISPATCHES;
    if (index === 0) segments.push(pool.acquire());
    dispatches.push(describeDispatch(launch, run));
    return { querySet: segments.at(-1)!.querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
  };
  const observer: Observer = {
    submit: ({ label, encode, copies }) => {
      segments = [];
      dispatches = [];
      slices = openSlices(device, label, timestamps);
      const encodeStart = performance.now();
      encode(observer);
      const encodeEnd = performance.now();
      slices.finish((encoder) => {
        segments.forEach((segment, i) => {
          resolve(encoder, segment, Math.min(DISPATCHES, dispatches.length - i * DISPATCHES));
        });
        copies?.(encoder);
      });
      const reads = segments.map(async (segment, i) => {
        const stamps = await readStamps(device, segment, Math.min(DISPATCHES, dispatches.length - i * DISPATCHES));
        pool.release(segment);
        return stamps;
      });
      const stamps = Promise.all(reads);
      const done = stamps.then(() => performance.now());
      pending.push({ label, encodeStart, encodeEnd, dispatches, stamps, done });
    },
    begin: (launch, run, operations) => slices.begin(launch, run, operations),
    end: () => slices.end(),
    settled: () => Promise.resolve(),
  };
  const take = async (): Promise<ProfiledSubmission[]> => {
    const taken = pending;
    pending = [];
    const done = await Promise.all(taken.map((submission) => submission.done));
    const stamps = await Promise.all(taken.map((submission) => submission.stamps));
    const dispatches = taken.flatMap((submission) => submission.dispatches);
    setTimes(
      dispatches,
      stamps.flat().flatMap((segment) => [...segment]),
    );
    alignClocks(taken);
    return taken.map(({ stamps, ...submission }, i) => ({
      ...submission,
      done: done[i]!,
      dispatchCount: submission.dispatches.length,
    }));
  };
  return { observer, take, destroy: pool.destroy };
}

/** All segments, which later submissions use again. */
interface Pool {
  readonly acquire: () => Segment;
  readonly release: (segment: Segment) => void;
  readonly destroy: () => void;
}

function createPool(gpu: GPUDevice): Pool {
  const all: Segment[] = [];
  const free: Segment[] = [];
  return {
    acquire: () => {
      const segment = free.pop() ?? createSegment(gpu);
      if (!all.includes(segment)) all.push(segment);
      return segment;
    },
    release: (segment) => void free.push(segment),
    destroy: () => {
      for (const { querySet, resolved, staging } of all) for (const part of [querySet, resolved, staging]) part.destroy();
    },
  };
}

function createSegment(gpu: GPUDevice): Segment {
  const size = DISPATCHES * 2 * 8;
  return {
    querySet: gpu.createQuerySet({ type: "timestamp", count: DISPATCHES * 2 }),
    resolved: gpu.createBuffer({ label: "timestamps", size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC }),
    staging: gpu.createBuffer({ label: "timestamps", size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }),
  };
}

function resolve(encoder: GPUCommandEncoder, { querySet, resolved, staging }: Segment, dispatches: number): void {
  encoder.resolveQuerySet(querySet, 0, dispatches * 2, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, staging, 0, dispatches * 2 * 8);
}

async function readStamps(device: Device, { staging }: Segment, dispatches: number): Promise<BigUint64Array> {
  await device.flight.wait("timestamps", staging.mapAsync(GPUMapMode.READ));
  const stamps = new BigUint64Array(staging.getMappedRange(0, dispatches * 16)).slice();
  staging.unmap();
  return stamps;
}

/**
 * Fills in the times of dispatches, in the order in which they ran and still on the GPU's clock, from the stamps at either end of each. A
 * dispatch waits for the one before, and its first stamp need not: Dawn asks Vulkan for it at the top of the pipe, ahead of the barrier,
 * where a GPU may take it while the dispatch before is at work. So that one's end counts where it is later.
 */
export function setTimes(dispatches: readonly Pick<ProfiledDispatch, "start" | "duration">[], stamps: readonly bigint[]): void {
  let before = 0n;
  dispatches.forEach((dispatch, i) => {
    const [first, end] = [stamps[2 * i]!, stamps[2 * i + 1]!];
    const begin = first > before ? first : before;
    dispatch.start = Number(begin) / NANOSECONDS_PER_MILLISECOND;
    // Some drivers reset or reorder timestamps when a GPU changes its clock.
    dispatch.duration = end > begin ? Number(end - begin) / NANOSECONDS_PER_MILLISECOND : 0;
    before = end;
  });
}

/** Moves GPU times to the host's clock, by the least shift with which no submission begins before it was encoded. */
function alignClocks(submissions: readonly Pending[]): void {
  const timed = submissions.filter(({ dispatches }) => dispatches.length > 0);
  const shift = timed.reduce((most, { encodeEnd, dispatches }) => Math.max(most, encodeEnd - dispatches[0]!.start), -Infinity);
  for (const { dispatches } of timed) for (const dispatch of dispatches) dispatch.start += shift;
}
