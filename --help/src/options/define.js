import { z } from "zod";
import { ConfigError, describeIssues, nearestWord, refusal, throwIfAny } from "./problems.js";
import { listed } from "./quote.js";
import { keysOf } from "./schema.js";
/**
 * Turns a declaration into a factory. `section` is the section of the configuration that messages name.
 * The factory throws ConfigError, one line a problem, for an option that is unknown, out of range, or contradicts another.
 */
export function declare(section, declaration, build) {
    const create = (given = {}) => {
        const parsed = parseOptions(z.object({ [section]: declaration.options }), { [section]: given })[section];
        throwIfAny(contradictionsOf(section, declaration, parsed));
        return build(parsed);
    };
    return Object.assign(create, declaration);
}
/** Checks a value and fills in defaults, as `schema` says. @throws ConfigError with one line for each problem */
export function parseOptions(schema, value, hints) {
    const result = schema.safeParse(value);
    if (result.success)
        return result.data;
    const ofKey = (section, key) => hints?.ofKey?.(section, key) ?? inAnotherSection(schema, section, key);
    throw new ConfigError(describeIssues(result.error, value, (path) => keysOf(schema, path), { ...hints, ofKey }));
}
/** Says where a key belongs that stands in the wrong section, or in none. */
function inAnotherSection(schema, section, key) {
    const place = keysOf(schema).find((other) => other !== section && keysOf(schema, [other]).includes(key));
    return place === undefined || section.includes(".") ? undefined : `did you mean ${place}.${key}?`;
}
/** The contradictions that a declaration finds among options, one line each. */
export function contradictionsOf(section, declaration, options) {
    return (declaration.check?.(options) ?? []).map(({ option, value, allowed }) => refusal(`${section}.${option}`, value, allowed));
}
/** Picks the options of a declaration from a section that holds others too. An undefined option is left out. */
export function ownOptions(declaration, section) {
    const own = Object.keys(declaration.options.shape);
    return Object.fromEntries(Object.entries(section).filter(([name, value]) => own.includes(name) && value !== undefined));
}
/** The entry of a registry. @throws ConfigError for a name that is not there, with the nearest one */
export function registered(registry, name, option) {
    if (Object.hasOwn(registry, name))
        return registry[name];
    const names = Object.keys(registry);
    const near = nearestWord(name, names);
    throw new ConfigError([refusal(option, name, `one of ${listed(names)}`) + (near ? `; did you mean ${near}?` : "")]);
}
/**
 * The keys of a section that names one entry of a registry. Those of the chosen entry have its defaults and ranges. Those of the other
 * entries may stand there without effect, so that one section serves several entries.
 */
export function shapeOfChosen(registry, chosen) {
    const others = Object.values(registry).flatMap(({ options }) => Object.entries(options.shape));
    const withoutDefaults = others.map(([name, schema]) => [
        name,
        (schema instanceof z.ZodPrefault ? schema.unwrap() : schema).optional(),
    ]);
    const own = Object.hasOwn(registry, chosen) ? registry[chosen].options.shape : {};
    return { ...Object.fromEntries(withoutDefaults), ...own };
}
