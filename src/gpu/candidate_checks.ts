import type { GpuContext } from "./context.ts";
import { ShaderError } from "./errors.ts";
import { checkTrial, type Trial } from "./trial.ts";
import { TrialMemoryError } from "./trial_memory.ts";
import type { Candidate } from "./tune_request.ts";
import { hashKernels, type TuningRecord } from "./tuning_record.ts";

/** What all trials of a device share. */
export interface Trials {
  readonly device: GpuContext;
  readonly record: TuningRecord;
  /** A hash of everything that a verdict on kernels depends on. */
  hashOf(kernels: readonly string[], more?: string): string;
  /** Says that kernels are wrong, once for each kernel. */
  warn(candidate: Candidate, wrong: string): void;
  /** Says once that kernels are timed. */
  announce(): void;
}

export function createTrials(device: GpuContext, record: TuningRecord): Trials {
  const hashes = new Map<string, string>();
  const warned = new Set<string>();
  let isAnnounced = false;
  return {
    device,
    record,
    hashOf: (kernels, more = "") => {
      const key = [...kernels, more].join();
      const hash = hashes.get(key) ?? hashKernels(device, kernels, more);
      hashes.set(key, hash);
      return hash;
    },
    warn: ({ kernels }, wrong) => {
      if (kernels.some((kernel) => warned.has(kernel))) return;
      for (const kernel of kernels) warned.add(kernel);
      console.error(`warning: ${kernels.join(" + ")} is wrong on ${device.name} (${wrong}); a slower kernel takes its place`);
    },
    announce: () => {
      if (!isAnnounced) console.error(`timing kernels on ${device.name}, once for this driver (ENTROPIC_TUNE=0 turns this off)`);
      isAnnounced = true;
    },
  };
}

/** What a candidate's check found: null where it is right, undefined where the GPU has no memory to check it. */
export async function whatIsWrong({ device, record, hashOf, warn }: Trials, candidate: Candidate): Promise<string | null | undefined> {
  const { check, kernels, checkKey } = candidate;
  if (!check) return null;
  const hash = hashOf(kernels);
  const known = record.verdict(checkKey, hash);
  const found = known ?? (await unlessOutOfMemory(async () => ({ hash, wrong: await faultOf(device, check()) })));
  if (!found) return undefined;
  if (!known) record.setVerdict(checkKey, found);
  if (found.wrong !== null) warn(candidate, found.wrong);
  return found.wrong;
}

/** What is wrong with a trial: its output, or a kernel that does not compile. */
async function faultOf(device: GpuContext, trial: Trial): Promise<string | null> {
  try {
    return (await checkTrial(device, trial)) ?? null;
  } catch (error) {
    if (error instanceof ShaderError) return error.message.split("\n")[0]!;
    throw error;
  }
}

/** What a trial found; undefined where the GPU had no memory for it. */
export async function unlessOutOfMemory<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof TrialMemoryError) return undefined;
    throw error;
  }
}
