import type { Storage, Tensor } from "./tensor.ts";
import type { Node } from "./trace.ts";

/** Which slot (a buffer that storages take in turns) each storage lives in, and how many bytes each slot has. */
export interface SlotAssignment {
  readonly slotOf: ReadonlyMap<Storage, number>;
  readonly slotBytes: readonly number[];
}

/** Drops nodes whose results nobody reads: no later live node, not the caller by `keep`, and no storage outside the plan. */
export function liveNodes(nodes: readonly Node[], keep: readonly Tensor[]): Node[] {
  const read = new Set<Storage>(keep.map((tensor) => tensor.storage));
  const live: Node[] = [];
  for (const node of [...nodes].reverse()) {
    const outputs = Object.values(node.outputs);
    if (!outputs.some((output) => output.storage.kind !== "slot" || read.has(output.storage))) continue;
    live.push(node);
    for (const tensor of Object.values(node.inputs)) read.add(tensor.storage);
    for (const output of outputs) read.add(output.storage);
  }
  return live.reverse();
}

/** The tensors that a step uses: one node, or one of its dispatches. */
export type Uses = Readonly<Record<string, Tensor>>;

/**
 * Assigns slots by liveness. At its first use a storage takes the smallest free slot that fits, else grows the largest smaller one,
 * else makes a new one; after its last use the slot is free. Tensors of one step never share a slot.
 */
export function assignSlots(steps: readonly Uses[], keep: readonly Tensor[]): SlotAssignment {
  const lastUse = new Map<Storage, number>();
  steps.forEach((step, index) => {
    for (const storage of storagesOf(step)) lastUse.set(storage, index);
  });
  for (const tensor of keep) lastUse.set(tensor.storage, Number.POSITIVE_INFINITY);

  const slotOf = new Map<Storage, number>();
  const slotBytes: number[] = [];
  let free: number[] = [];
  // A kept tensor has memory even where nothing writes it.
  [...steps, Object.fromEntries(keep.entries())].forEach((step, index) => {
    const storages = storagesOf(step);
    for (const storage of storages) {
      if (slotOf.has(storage)) continue;
      const slot = takeSlot(free, slotBytes, storage.bytes);
      free = free.filter((other) => other !== slot);
      slotOf.set(storage, slot);
    }
    for (const storage of storages) {
      if (lastUse.get(storage) === index) free.push(slotOf.get(storage)!);
    }
  });
  return { slotOf, slotBytes };
}

/** How much larger than a tensor its slot may be. A tensor may keep its slot for long, and a large one would be missing elsewhere. */
const LARGEST_FIT = 1.5;

function takeSlot(free: readonly number[], slotBytes: number[], bytes: number): number {
  const fitting = free
    .filter((slot) => slotBytes[slot]! >= bytes && slotBytes[slot]! <= LARGEST_FIT * bytes)
    .sort((a, b) => slotBytes[a]! - slotBytes[b]!);
  if (fitting[0] !== undefined) return fitting[0];
  const largest = free.filter((slot) => slotBytes[slot]! < bytes).sort((a, b) => slotBytes[b]! - slotBytes[a]!)[0];
  if (largest !== undefined) {
    slotBytes[largest] = bytes;
    return largest;
  }
  slotBytes.push(bytes);
  return slotBytes.length - 1;
}

function storagesOf(step: Uses): Storage[] {
  return [...new Set(Object.values(step).map((tensor) => tensor.storage))].filter((storage) => storage.kind === "slot");
}
