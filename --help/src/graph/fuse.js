/**
 * Joins a node with the node that reads its result, where one kernel does the work of both (Node.fuse). The result between them is
 * then never written, so no other node may read it. A joined node is not joined again.
 */
export function fuseNodes(traced, keep) {
    const producers = new Map();
    let nodes = traced;
    for (const reader of traced) {
        const fusion = fusionsOf(producers, reader).find((candidate) => isSafe(nodes, keep, candidate));
        if (fusion) {
            nodes = nodes.flatMap((node) => (node === fusion.producer ? [] : node === reader ? [fusion.fused] : [node]));
            for (const tensor of Object.values(fusion.producer.outputs))
                producers.delete(tensor);
        }
        else if (reader.fuse) {
            for (const tensor of Object.values(reader.outputs))
                producers.set(tensor, reader);
        }
    }
    return nodes;
}
/** The fusions of a reader with the producers of its inputs, the last input first. */
function fusionsOf(producers, reader) {
    const found = Object.values(reader.inputs).flatMap((tensor) => {
        const producer = producers.get(tensor);
        const fused = producer?.fuse?.(reader);
        return producer && fused ? [{ producer, reader, fused }] : [];
    });
    return found.reverse();
}
/**
 * Whether the fused node may take the reader's place: no node between them touches what the producer wrote or changes what it read,
 * and no other node uses a result that is no longer written.
 */
function isSafe(nodes, keep, { producer, reader, fused }) {
    const written = storagesOf(producer.outputs);
    const read = storagesOf(producer.inputs);
    const between = nodes.slice(nodes.indexOf(producer) + 1, nodes.indexOf(reader));
    const isMovable = between.every((node) => !meets(node.inputs, written) && !meets(node.outputs, written) && !meets(node.outputs, read));
    const stillWritten = storagesOf(fused.outputs);
    const lost = new Set([...written].filter((storage) => !stillWritten.has(storage)));
    const remaining = [...nodes.filter((node) => node !== producer && node !== reader), fused];
    const isWanted = remaining.some((node) => meets(node.inputs, lost) || meets(node.outputs, lost)) || meets(keep, lost);
    const isInPlan = [...lost].every((storage) => storage.kind === "slot");
    return isMovable && isInPlan && !isWanted;
}
function storagesOf(tensors) {
    return new Set(Object.values(tensors).map((tensor) => tensor.storage));
}
function meets(tensors, storages) {
    return Object.values(tensors).some((tensor) => storages.has(tensor.storage));
}
