import { parseOptions } from "../../options/define.js";
import { isMapping } from "../../options/problems.js";
/** Where the settings of a study are shipped: under its name, with underscores. */
export function settingsFile({ name }) {
    return new URL(`../../../configs/experiments/${name.replaceAll("-", "_")}.yaml`, import.meta.url);
}
/** Plain settings without their section `quick`, which is laid over the rest where `quick` asks for it. */
export function withQuick(value, quick) {
    if (!isMapping(value))
        return value;
    const { quick: changes, ...settings } = value;
    return quick ? merge(settings, changes) : settings;
}
/** Mappings are merged key by key; anything else is replaced. */
export function merge(value, changes) {
    if (changes === undefined)
        return value;
    if (!isMapping(value) || !isMapping(changes))
        return changes;
    const merged = { ...value };
    for (const [key, change] of Object.entries(changes))
        merged[key] = merge(merged[key], change);
    return merged;
}
/** Checks a study's settings. Throws ConfigError with one line for each problem. */
export function parseSettings(schema, value) {
    return parseOptions(schema, value ?? {});
}
