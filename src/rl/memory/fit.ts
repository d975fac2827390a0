import type { Device } from "../../gpu/device.ts";
import { MemoryError } from "../../gpu/errors.ts";
import { MOST_SEQUENCES } from "../sampling/sampler_for.ts";
import { formatBytes } from "./bytes.ts";
import { type Footprint, isOfSampling } from "./footprint.ts";
import { weightsOf } from "./parts.ts";

/** What fits: the bytes, and the number of sequences sampled at a time with which they were counted. */
export interface Fit {
  readonly footprint: Footprint;
  readonly sequencesAtOnce: number;
}

/** An option that changes how much memory is needed, with the value that it would get. */
export interface Knob {
  /** Such as "grpo.microBatchRows=2048". */
  readonly setting: string;
  readonly measure: (sequencesAtOnce: number) => Promise<Footprint>;
}

/** A half of a number, a quarter and so on, down to `least`; whole numbers, the largest first. */
export function halvesOf(value: number, least: number): number[] {
  const halves = Array.from({ length: 10 }, (_, i) => Math.floor(value / 2 ** (i + 1)));
  return halves.filter((half) => half >= least);
}

/** What is to fit. */
export interface Wanted {
  readonly device: Pick<Device, "name" | "memory" | "requireMappings">;
  /** The most bytes allowed; undefined where only the device bounds them. */
  readonly memory: number | undefined;
  /** @throws MemoryError for a buffer that the device cannot hold */
  readonly measure: (sequencesAtOnce: number) => Promise<Footprint>;
  /** Options to name where nothing fits: for each a list of values, the mildest first. */
  readonly knobs?: () => readonly (readonly Knob[])[];
}

/**
 * Finds the most sequences at a time with which everything fits.
 * @throws MemoryError in one line, with the settings that would fit
 */
export async function fit(wanted: Wanted): Promise<Fit> {
  const found = await mostSequences(wanted.measure, limitOf(wanted));
  if (!(found instanceof MemoryError)) {
    wanted.device.requireMappings("this", found.footprint.mappings);
    return found;
  }
  if (found.part === MODEL_ALONE) throw found;
  const remedies: string[] = [];
  for (const values of wanted.knobs?.() ?? []) {
    const remedy = await mildestThatFits(values, limitOf(wanted));
    if (remedy) remedies.push(remedy);
  }
  const fact = found.message.split(". ")[0];
  const remedy = remedies.length > 0 ? `any of these fits: ${remedies.join(", ")}` : "no single option suffices; take a smaller model";
  throw new MemoryError(`${fact}; ${remedy}`, found);
}

/** The part of an error that no option can mend. */
const MODEL_ALONE = "the model alone";

/** The most bytes allowed, and who says so. */
interface Limit {
  readonly bytes: number;
  readonly source: string;
  readonly isLimitOfUser: boolean;
}

function limitOf({ device, memory }: Wanted): Limit {
  const own = device.memory ?? Number.POSITIVE_INFINITY;
  if (memory !== undefined && memory <= own) return { bytes: memory, source: "memory", isLimitOfUser: true };
  return { bytes: own, source: `this machine, on which ${device.name} computes,`, isLimitOfUser: false };
}

/** Fewer sequences take less memory for sampling, and nothing else changes. */
async function mostSequences(measure: Wanted["measure"], limit: Limit): Promise<Fit | MemoryError> {
  for (let sequences = MOST_SEQUENCES; ; ) {
    const { next, found } = await trySequences(measure, sequences, limit);
    if (found) return found;
    sequences = next;
  }
}

type Attempt = { readonly found: Fit | MemoryError; readonly next?: never } | { readonly found?: never; readonly next: number };

async function trySequences(measure: Wanted["measure"], sequences: number, limit: Limit): Promise<Attempt> {
  const fewer = (share: number): number => Math.max(1, Math.floor(sequences * Math.min(share, 0.9)));
  try {
    const footprint = await measure(sequences);
    const { total, sampling } = footprint;
    if (total <= limit.bytes) return { found: { footprint, sequencesAtOnce: sequences } };
    if (sequences > 1 && total - sampling < limit.bytes) return { next: fewer((limit.bytes - total + sampling) / sampling) };
    return { found: overLimit(footprint, limit) };
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    if (sequences > 1 && isOfSampling(error.part)) return { next: fewer(error.limit / error.bytes) };
    return { found: error };
  }
}

function overLimit({ total, parts }: Footprint, { bytes: limit, source, isLimitOfUser }: Limit): MemoryError {
  const largest = Object.entries(parts).sort(([, a], [, b]) => b - a);
  const shares = largest.slice(0, 3).map(([part, bytes]) => `${part} ${formatBytes(bytes)}`);
  const fact = `this needs ${formatBytes(total)} (${shares.join(", ")}); ${source} allows ${formatBytes(limit)}`;
  const alone = weightsOf(parts) + parts.gradients + parts.moments;
  if (alone > limit) {
    const line = `${fact}; weights, gradients and moments alone are ${formatBytes(alone)}; take a smaller model`;
    return new MemoryError(line, { part: MODEL_ALONE, bytes: alone, limit, isLimitOfUser });
  }
  return new MemoryError(fact, { part: "the sum", bytes: total, limit, isLimitOfUser });
}

/** The mildest value with which everything fits; undefined where even the strongest does not. */
async function mildestThatFits(values: readonly Knob[], limit: Limit): Promise<string | undefined> {
  let remedy: string | undefined;
  // The values before `low` do not fit, and those from `high` on do.
  for (let low = 0, high = values.length; low < high; ) {
    const middle = remedy === undefined ? values.length - 1 : Math.floor((low + high) / 2);
    const { setting, measure } = values[middle]!;
    const found = await mostSequences(measure, limit);
    if (found instanceof MemoryError) low = middle + 1;
    else [high, remedy] = [middle, `${setting} (${formatBytes(found.footprint.total)})`];
  }
  return remedy;
}
