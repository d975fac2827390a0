import { EngineError } from "../gpu/errors.js";
import { isMapping, nearestWord } from "../options/problems.js";
import { listed, quoted } from "../options/quote.js";
/**
 * The largest sizes that config.json may state. Those of the largest models that were ever published lie below; what lies above was not
 * meant, and is refused before anything is allocated.
 */
export const LARGEST = {
    vocabulary: 2 ** 24,
    width: 2 ** 20,
    layers: 2 ** 10,
    heads: 2 ** 10,
    headWidth: 2 ** 12,
    positions: 2 ** 20,
    /** Positions times the width of a head: the table of rotary angles. */
    angles: 2 ** 26,
};
/** Reads keys of a Hugging Face config.json. @throws EngineError naming the key, what was found and what is needed */
export function readConfig(json, place = "") {
    const given = (key) => (Object.hasOwn(json, key) ? json[key] : undefined);
    const refuse = (key, needs) => {
        const value = given(key);
        const found = value === undefined ? "is missing" : `is ${quoted(value)}`;
        throw new EngineError(`config.json: ${place}${key} ${found}; it must be ${needs}`);
    };
    const number = (key, otherwise, { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = {}) => {
        const value = given(key) ?? otherwise;
        const range = max < Number.MAX_VALUE ? ` from ${min} to ${max}` : "";
        return typeof value === "number" && value >= min && value <= max ? value : refuse(key, `a number${range}`);
    };
    const integer = (key, otherwise, max = LARGEST.vocabulary) => {
        const value = given(key) ?? otherwise;
        const inside = typeof value === "number" && Number.isInteger(value) && value > 0 && value <= max;
        return inside ? value : refuse(key, `a positive whole number, at most ${max}`);
    };
    return {
        number,
        integer,
        flag: (key, otherwise) => {
            const value = given(key) ?? otherwise;
            return typeof value === "boolean" ? value : refuse(key, "true or false");
        },
        text: (key, otherwise) => {
            const value = given(key) ?? otherwise;
            return typeof value === "string" ? value : refuse(key, "a text");
        },
        oneOf: (key, words, otherwise) => {
            const value = given(key) ?? otherwise;
            if (typeof value === "string" && words.includes(value))
                return value;
            const near = typeof value === "string" ? nearestWord(value, words) : undefined;
            return refuse(key, `one of ${listed(words)}${near ? `; did you mean ${near}?` : ""}`);
        },
        eps: (key, otherwise) => number(key, otherwise, { min: 1e-12, max: 0.1 }),
        ropeScaling: () => {
            const scaling = given("rope_scaling") ?? undefined;
            if (scaling === undefined)
                return undefined;
            return isMapping(scaling) ? readScaling(scaling) : refuse("rope_scaling", "absent or an object with rope_type and factor");
        },
    };
}
function readScaling(scaling) {
    const read = readConfig(scaling, "rope_scaling.");
    const kind = read.oneOf(Object.hasOwn(scaling, "rope_type") ? "rope_type" : "type", ["default", "linear", "llama3"]);
    if (kind === "default")
        return undefined;
    const factor = read.number("factor", undefined, { min: 1, max: 1e6 });
    if (kind === "linear")
        return { kind, factor };
    const lowFreqFactor = read.number("low_freq_factor", undefined, { min: 1e-6, max: 1e6 });
    const highFreqFactor = read.number("high_freq_factor", undefined, { min: 1e-6, max: 1e6 });
    if (highFreqFactor <= lowFreqFactor) {
        throw new EngineError(`config.json: rope_scaling.high_freq_factor is ${highFreqFactor}; it must be above low_freq_factor (${lowFreqFactor})`);
    }
    const originalMaxPositions = read.integer("original_max_position_embeddings", undefined, LARGEST.positions);
    return { kind: "llama3", factor, lowFreqFactor, highFreqFactor, originalMaxPositions };
}
/** Refuses heads that cannot be made. @throws EngineError where query heads do not divide among key heads, or a head has an odd width */
export function checkHeads(heads, keyValueHeads, headDim) {
    if (heads % keyValueHeads !== 0) {
        throw new EngineError(`config.json: num_key_value_heads is ${keyValueHeads}; it must divide num_attention_heads (${heads})`);
    }
    if (headDim % 2 !== 0)
        throw new EngineError(`config.json: head_dim is ${headDim}; it must be even, because rotary angles turn pairs`);
}
