import type { GpuContext, Launch, Recording, Run } from "./context.ts";
import { sizeOf } from "./slicing.ts";
import { submitCommands } from "./submit.ts";

/** A submission that is being encoded. Full slices go to the queue while the next is encoded. */
export interface Slices extends Recording {
  /** Submits what is left, with copies behind it. */
  finish(copies?: (encoder: GPUCommandEncoder) => void): void;
}

/** Where a dispatch with a pass of its own has its timestamps written. */
type Timestamps = (launch: Launch, run: Run) => GPUComputePassTimestampWrites;

/** Opens a submission; with `timestamps` every dispatch has a pass of its own. */
export function openSlices(device: GpuContext, label: string, timestamps?: Timestamps): Slices {
  const limit = device.slicing.limitOf(label);
  const open = () => {
    const encoder = device.gpu.createCommandEncoder({ label });
    const pass = timestamps ? undefined : encoder.beginComputePass({ label });
    return { encoder, pass, size: 0, dispatches: 0, first: "" };
  };
  let slice = open();
  let [slices, size, dispatches] = [0, 0, 0];

  const close = (copies?: (encoder: GPUCommandEncoder) => void): Promise<number> => {
    slice.pass?.end();
    const name = slice.dispatches === 0 ? label : describe(label, dispatches, slice);
    slices += 1;
    size += slice.size;
    dispatches += slice.dispatches;
    return submitCommands(device, name, slice.encoder, copies);
  };
  const times: Promise<number>[] = [];
  let own: GPUComputePassEncoder | undefined;
  return {
    begin: (launch: Launch, run, operations) => {
      const more = sizeOf(operations);
      if (slice.dispatches > 0 && (slice.size + more > limit || slice.dispatches >= device.slicing.dispatches)) {
        times.push(close());
        slice = open();
      }
      if (slice.dispatches === 0) slice.first = `${launch.kernel.id} ${launch.label}`;
      slice.size += more;
      slice.dispatches += 1;
      own = timestamps && slice.encoder.beginComputePass({ label, timestampWrites: timestamps(launch, run) });
      return own ?? slice.pass!;
    },
    end: () => own?.end(),
    finish: (copies) => {
      times.push(close(copies));
      for (const reset of device.afterSubmit) reset();
      void Promise.all(times).then((all) => {
        const milliseconds = all.reduce((a, b) => a + b, 0);
        device.slicing.measured(label, slices, size, milliseconds);
      });
    },
  };
}

/** "policy update, dispatches 65 to 128 (from matmul/held layers.3.attention.q on)" */
function describe(label: string, before: number, slice: { readonly dispatches: number; readonly first: string }): string {
  const [from, to] = [before + 1, before + slice.dispatches];
  return from === to ? `${label}, dispatch ${from} (${slice.first})` : `${label}, dispatches ${from} to ${to} (from ${slice.first} on)`;
}
