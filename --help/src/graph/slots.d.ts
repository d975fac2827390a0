import type { Storage, Tensor } from "./tensor.js";
import type { Node } from "./trace.js";
/** Which slot (a buffer that storages take in turns) each storage lives in, and how many bytes each slot has. */
export interface SlotAssignment {
    readonly slotOf: ReadonlyMap<Storage, number>;
    readonly slotBytes: readonly number[];
}
/** Drops nodes whose results nobody reads: no later live node, not the caller by `keep`, and no storage outside the plan. */
export declare function liveNodes(nodes: readonly Node[], keep: readonly Tensor[]): Node[];
/**
 * Assigns slots by liveness. At its first use a storage takes the smallest free slot that fits, else grows the largest smaller one,
 * else makes a new one; after its last use the slot is free. An output never shares a slot with an input of its own node. With
 * `bound`, only storages in `bound` or `keep` get a slot.
 */
export declare function assignSlots(nodes: readonly Node[], keep: readonly Tensor[], bound?: ReadonlySet<Storage>): SlotAssignment;
