import { STAGING_BYTES } from "../../gpu/buffer.js";
import { createMeasuringDevice } from "../../gpu/measuring.js";
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
};
/**
 * Measures what `build` makes for a model on a device, the model included, without creating anything there.
 * @throws MemoryError for a buffer that the device cannot hold or bind
 */
export async function measureFootprint(device, model, build) {
    const measuring = createMeasuringDevice(device);
    const outline = model.outline(measuring);
    const placed = measuring.allocations.size;
    await build(measuring, outline);
    return footprintOf(measuring, outline, placed);
}
/** `placed`: how many of the allocations are the model's own. */
function footprintOf({ allocations, stats }, { placed: { placements }, module }, placed) {
    const head = placements.find(({ parameter }) => parameter === module.head())?.name ?? "";
    const parts = Object.fromEntries(Object.keys(PARTS).map((part) => [part, 0]));
    const seen = new Set();
    let sampling = 0;
    [...allocations].forEach(({ label, bytes }, i) => {
        // A second buffer for the same weights is the reference model's.
        const again = seen.has(label);
        const part = i < placed ? "parameters" : again ? "reference" : partOf(label, head);
        if (i < placed || part === "halves")
            seen.add(label);
        parts[part] += bytes;
        if (isOfSampling(label))
            sampling += bytes;
    });
    const lasting = stats.bytesAllocated;
    // A checkpoint is read back in pieces of at most this size.
    parts.passing = Math.max(stats.bytesPeak - lasting, Math.min(STAGING_BYTES, parts.parameters));
    return { parts, total: lasting + parts.passing, sampling, buffers: allocations.size, mappings: stats.buffers + stats.bindGroups };
}
/** Whether a buffer, or the part that a MemoryError names, grows with the number of sequences sampled at a time. */
export function isOfSampling(label) {
    return /^(prefill|decode|keys|values|completion) /.test(label);
}
function partOf(label, head) {
    if (label.includes(" slot "))
        return label.includes(`(matmul ${head}.y)`) ? "logits" : "activations";
    if (/^(keys|values) \d/.test(label))
        return "cache";
    if (label.startsWith("half "))
        return "halves";
    if (label.startsWith("gradients "))
        return "gradients";
    return /^(first|second) moments |^optimizer state/.test(label) ? "moments" : "staging";
}
