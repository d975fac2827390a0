import { elementsAtCapacity, Tensor } from "./tensor.js";
import { trace } from "./trace.js";
/** Two more dispatches are not worth it for a tensor that waits for fewer nodes or has fewer bytes. */
const SHORTEST_WAIT = 8;
const FEWEST_BYTES = 4096;
/**
 * Lets activations wait for the backward pass as 16-bit floats. This concerns tensors that are written, then not used for a while,
 * then only read. They are rounded after their last use before the wait, and expanded before their first use after it. The forward
 * pass, and so every loss and log-probability, keeps its bits; gradients are those of rounded activations.
 */
export function storeHalf(nodes, options) {
    const waits = waitsOf(nodes, options.keep);
    const after = new Map();
    const before = new Map();
    const expanded = new Map();
    for (const { tensor, from, until } of waits) {
        const halved = trace(() => options.toHalf(tensor));
        const again = trace(() => options.fromHalf(halved.result));
        append(after, from, halved.trace.nodes);
        append(before, until, again.trace.nodes);
        expanded.set(tensor.storage, { storage: again.result.storage, since: until });
    }
    return nodes.flatMap((node, index) => {
        const substitute = (tensor) => {
            const other = expanded.get(tensor.storage);
            return other && index >= other.since ? over(tensor, other.storage) : tensor;
        };
        return [...(before.get(index) ?? []), replaced(node, substitute), ...(after.get(index) ?? [])];
    });
}
function waitsOf(nodes, keep) {
    const uses = new Map();
    nodes.forEach((node, index) => {
        const note = (tensor, isWritten) => {
            if (tensor.storage.kind !== "slot")
                return;
            const known = uses.get(tensor.storage) ?? { tensors: [], at: [], lastWrite: index };
            known.tensors.push(tensor);
            if (known.at.at(-1) !== index)
                known.at.push(index);
            if (isWritten)
                known.lastWrite = index;
            uses.set(tensor.storage, known);
        };
        for (const tensor of Object.values(node.inputs))
            note(tensor, false);
        for (const tensor of Object.values(node.outputs))
            note(tensor, true);
    });
    const kept = new Set(keep.map((tensor) => tensor.storage));
    return [...uses].flatMap(([storage, { tensors, at, lastWrite }]) => {
        if (kept.has(storage) || storage.bytes < FEWEST_BYTES || !tensors.every(isWhole))
            return [];
        const longest = longestWait(at.filter((index) => index >= lastWrite));
        return longest ? [{ tensor: tensors[0], ...longest }] : [];
    });
}
/** Whether a tensor is the whole of its storage, in floats that may be rounded, and its rows hold an even number of them. */
function isWhole({ dtype, offset, shape, storage }) {
    if (storage.isExact)
        return false;
    const last = shape.at(-1);
    const isPaired = typeof last === "number" && last % 2 === 0;
    return dtype === "f32" && offset === 0 && isPaired && elementsAtCapacity(shape) * 4 === storage.bytes;
}
function longestWait(at) {
    const pairs = at.slice(1).map((until, i) => ({ from: at[i], until }));
    const longest = pairs.sort((a, b) => b.until - b.from - (a.until - a.from))[0];
    return longest && longest.until - longest.from >= SHORTEST_WAIT ? longest : undefined;
}
function append(lists, index, nodes) {
    lists.set(index, [...(lists.get(index) ?? []), ...nodes]);
}
function over({ shape, dtype, offset, label }, storage) {
    return new Tensor({ shape, dtype, offset, label, storage });
}
function replaced(node, substitute) {
    const mapped = (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, substitute(tensor)]));
    return {
        ...node,
        inputs: mapped(node.inputs),
        outputs: mapped(node.outputs),
        dispatches: (device) => node.dispatches(device).map((dispatch) => ({ ...dispatch, bindings: mapped(dispatch.bindings) })),
    };
}
