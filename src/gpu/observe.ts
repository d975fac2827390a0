import type { Launch, Run } from "./launch.ts";

/** What `submitPass` was asked to do. */
export interface Submission {
  readonly label: string;
  readonly encode: (pass: GPUComputePassEncoder) => void;
  readonly copies: ((encoder: GPUCommandEncoder) => void) | undefined;
}

/** Stands between the engine and the queue while `device.observer` is set: profiling, and the search for NaN. */
export interface Observer {
  /** In place of submitting: encodes, with `begin` and `end` called around every dispatch, and submits. */
  submit(submission: Submission): void;
  /** The pass that the next dispatch goes to. */
  begin(launch: Launch, run: Run): GPUComputePassEncoder;
  end(): void;
  /** Does work on the queue in its turn, where submissions wait for one another; absent where they do not. */
  readonly defer?: (work: () => void) => void;
  /** Resolves when everything before it has reached the queue. */
  settled(): Promise<void>;
}
