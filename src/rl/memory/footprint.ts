import { STAGING_BYTES } from "../../gpu/buffer.ts";
import type { Device } from "../../gpu/device.ts";
import { createMeasuringDevice, type MeasuringDevice } from "../../gpu/measuring.ts";
import { allParameters } from "../../nn/place.ts";
import type { PolicyModel } from "../model.ts";

/** What memory is spent on, in the order of tables. */
export const PARTS = {
  parameters: "parameters and tables",
  halves: "16-bit copies of the weights",
  reference: "reference model",
  gradients: "gradients",
  moments: "moments",
  activations: "activations",
  logits: "logits",
  cache: "key-value cache",
  staging: "inputs, results and staging",
  passing: "for a while: saving, trials",
} as const;

export type Part = keyof typeof PARTS;

/** The bytes that something takes on a device, by part. */
export interface Footprint {
  readonly parts: Readonly<Record<Part, number>>;
  /** Everything together, what is needed only for a while included. */
  readonly total: number;
  /** Bytes that grow with the number of sequences that are sampled at a time. */
  readonly sampling: number;
  readonly buffers: number;
  /** The most memory mappings that a software GPU makes of it. */
  readonly mappings: number;
}

/**
 * Measures what `build` makes for a model on a device, the model included, without creating anything there.
 * @throws MemoryError for a buffer that the device cannot hold or bind
 */
export async function measureFootprint(
  device: Device,
  model: PolicyModel,
  build: (device: Device, model: PolicyModel) => Promise<unknown>,
): Promise<Footprint> {
  const measuring = createMeasuringDevice(device);
  const outline = model.outline(measuring);
  const placed = measuring.allocations.size;
  await build(measuring, outline);
  return footprintOf(measuring, outline, placed);
}

/** `placed`: how many of the allocations are the model's own. */
function footprintOf({ allocations, stats }: MeasuringDevice, { placed: model, module }: PolicyModel, placed: number): Footprint {
  const head = allParameters(model).find(({ parameter }) => parameter === module.head())?.name ?? "";
  const parts = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0])) as Record<Part, number>;
  const seen = new Set<string>();
  let sampling = 0;
  [...allocations].forEach(({ label, bytes }, i) => {
    // A second buffer for the same weights is the reference model's.
    const again = seen.has(label);
    const part = i < placed ? "parameters" : again ? "reference" : partOf(label, head);
    if (i < placed || part === "halves") seen.add(label);
    parts[part] += bytes;
    if (isOfSampling(label)) sampling += bytes;
  });
  const lasting = stats.bytesAllocated;
  // A checkpoint is read back in pieces of at most this size.
  parts.passing = Math.max(stats.bytesPeak - lasting, Math.min(STAGING_BYTES, parts.parameters));
  return { parts, total: lasting + parts.passing, sampling, buffers: allocations.size, mappings: stats.buffers + stats.bindGroups };
}

/** Whether a buffer, or the part that a MemoryError names, grows with the number of sequences sampled at a time. */
export function isOfSampling(label: string): boolean {
  return /^(prefill|decode|keys|values|completion) /.test(label);
}

function partOf(label: string, head: string): Part {
  if (label.includes(" slot ")) return label.includes(`(matmul ${head}.y)`) ? "logits" : "activations";
  if (/^(keys|values) \d/.test(label)) return "cache";
  if (label.startsWith("half ")) return "halves";
  if (label.startsWith("gradients ")) return "gradients";
  return /^(first|second) moments |^optimizer state/.test(label) ? "moments" : "staging";
}
