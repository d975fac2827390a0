import { MemoryError } from "../../gpu/errors.js";
import { MOST_SEQUENCES } from "../sampling/sampler_for.js";
import { formatBytes } from "./bytes.js";
import { isOfSampling } from "./footprint.js";
/**
 * Finds the most sequences at a time with which everything fits.
 * @throws MemoryError in one line, with the settings that would fit
 */
export async function fit(wanted) {
    const found = await mostSequences(wanted.measure, limitOf(wanted));
    if (!(found instanceof MemoryError)) {
        wanted.device.requireMappings("this", found.footprint.mappings);
        return found;
    }
    if (found.part === MODEL_ALONE)
        throw found;
    const remedies = [];
    for (const values of wanted.knobs?.() ?? []) {
        const remedy = await mildestThatFits(values, limitOf(wanted));
        if (remedy)
            remedies.push(remedy);
    }
    const fact = found.message.split(". ")[0];
    const remedy = remedies.length > 0 ? `any of these fits: ${remedies.join(", ")}` : "no single option suffices; take a smaller model";
    throw new MemoryError(`${fact}; ${remedy}`, found);
}
/** The part of an error that no option can mend. */
const MODEL_ALONE = "the model alone";
function limitOf({ device, memory }) {
    const own = device.memory ?? Number.POSITIVE_INFINITY;
    if (memory !== undefined && memory <= own)
        return { bytes: memory, source: "memory" };
    return { bytes: own, source: `this machine, on which ${device.name} computes,` };
}
/** Fewer sequences take less memory for sampling, and nothing else changes. */
async function mostSequences(measure, limit) {
    for (let sequences = MOST_SEQUENCES;;) {
        const { next, found } = await trySequences(measure, sequences, limit);
        if (found)
            return found;
        sequences = next;
    }
}
async function trySequences(measure, sequences, limit) {
    const fewer = (share) => Math.max(1, Math.floor(sequences * Math.min(share, 0.9)));
    try {
        const footprint = await measure(sequences);
        const { total, sampling } = footprint;
        if (total <= limit.bytes)
            return { found: { footprint, sequencesAtOnce: sequences } };
        if (sequences > 1 && total - sampling < limit.bytes)
            return { next: fewer((limit.bytes - total + sampling) / sampling) };
        return { found: overLimit(footprint, limit) };
    }
    catch (error) {
        if (!(error instanceof MemoryError))
            throw error;
        if (sequences > 1 && isOfSampling(error.part))
            return { next: fewer(error.limit / error.bytes) };
        return { found: error };
    }
}
function overLimit({ total, parts }, { bytes: limit, source }) {
    const largest = Object.entries(parts).sort(([, a], [, b]) => b - a);
    const shares = largest.slice(0, 3).map(([part, bytes]) => `${part} ${formatBytes(bytes)}`);
    const fact = `this needs ${formatBytes(total)} (${shares.join(", ")}); ${source} allows ${formatBytes(limit)}`;
    const alone = parts.parameters + parts.gradients + parts.moments;
    if (alone > limit) {
        const line = `${fact}; weights, gradients and moments alone are ${formatBytes(alone)}; take a smaller model`;
        return new MemoryError(line, { part: MODEL_ALONE, bytes: alone, limit });
    }
    return new MemoryError(fact, { part: "the sum", bytes: total, limit });
}
/** The mildest value with which everything fits; undefined where even the strongest does not. */
async function mildestThatFits(values, limit) {
    let remedy;
    // The values before `low` do not fit, and those from `high` on do.
    for (let low = 0, high = values.length; low < high;) {
        const middle = remedy === undefined ? values.length - 1 : Math.floor((low + high) / 2);
        const { setting, measure } = values[middle];
        const found = await mostSequences(measure, limit);
        if (found instanceof MemoryError)
            low = middle + 1;
        else
            [high, remedy] = [middle, `${setting} (${formatBytes(found.footprint.total)})`];
    }
    return remedy;
}
