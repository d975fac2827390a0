/** Drops nodes whose results nobody reads: no later live node, not the caller by `keep`, and no storage outside the plan. */
export function liveNodes(nodes, keep) {
    const read = new Set(keep.map((tensor) => tensor.storage));
    const live = [];
    for (const node of [...nodes].reverse()) {
        const outputs = Object.values(node.outputs);
        if (!outputs.some((output) => output.storage.kind !== "slot" || read.has(output.storage)))
            continue;
        live.push(node);
        for (const tensor of Object.values(node.inputs))
            read.add(tensor.storage);
        for (const output of outputs)
            read.add(output.storage);
    }
    return live.reverse();
}
/**
 * Assigns slots by liveness. At its first use a storage takes the smallest free slot that fits, else grows the largest smaller one,
 * else makes a new one; after its last use the slot is free. An output never shares a slot with an input of its own node. With
 * `bound`, only storages in `bound` or `keep` get a slot.
 */
export function assignSlots(nodes, keep, bound) {
    const lastUse = new Map();
    nodes.forEach((node, index) => {
        for (const storage of storagesOf(node))
            lastUse.set(storage, index);
    });
    for (const tensor of keep)
        lastUse.set(tensor.storage, Number.POSITIVE_INFINITY);
    const isWanted = (storage) => !bound || bound.has(storage) || lastUse.get(storage) === Number.POSITIVE_INFINITY;
    const slotOf = new Map();
    const slotBytes = [];
    let free = [];
    nodes.forEach((node, index) => {
        const storages = storagesOf(node).filter(isWanted);
        for (const storage of storages) {
            if (slotOf.has(storage))
                continue;
            const slot = takeSlot(free, slotBytes, storage.bytes);
            free = free.filter((other) => other !== slot);
            slotOf.set(storage, slot);
        }
        for (const storage of storages) {
            if (lastUse.get(storage) === index)
                free.push(slotOf.get(storage));
        }
    });
    return { slotOf, slotBytes };
}
/** How much larger than a tensor its slot may be. A tensor may keep its slot for long, and a large one would be missing elsewhere. */
const LARGEST_FIT = 1.5;
function takeSlot(free, slotBytes, bytes) {
    const fitting = free
        .filter((slot) => slotBytes[slot] >= bytes && slotBytes[slot] <= LARGEST_FIT * bytes)
        .sort((a, b) => slotBytes[a] - slotBytes[b]);
    if (fitting[0] !== undefined)
        return fitting[0];
    const largest = free.filter((slot) => slotBytes[slot] < bytes).sort((a, b) => slotBytes[b] - slotBytes[a])[0];
    if (largest !== undefined) {
        slotBytes[largest] = bytes;
        return largest;
    }
    slotBytes.push(bytes);
    return slotBytes.length - 1;
}
function storagesOf(node) {
    const tensors = [...Object.values(node.inputs), ...Object.values(node.outputs)];
    return [...new Set(tensors.map((tensor) => tensor.storage))].filter((storage) => storage.kind === "slot");
}
