import { ConfigError, nearestWord, refusal } from "../options/problems.js";
import { brief, listed } from "../options/quote.js";
/** Stands for any number of at least 0. */
const NUMBER = "number";
/** Every environment variable of this package, with the values that it takes; docs/environment.md says what they do. */
const VARIABLES = {
    ENTROPIC_ADAPTER: undefined,
    ENTROPIC_SUBGROUPS: ["0", "1"],
    ENTROPIC_LANES: ["4", "8", "16", "32", "64", "128"],
    ENTROPIC_IMMEDIATES: ["0", "1"],
    ENTROPIC_TUNE: ["0", "1", "force"],
    ENTROPIC_SUBGROUP_MATRIX: ["0", "1", "f16"],
    ENTROPIC_WATCHDOG: NUMBER,
    ENTROPIC_SLICE: NUMBER,
    ENTROPIC_DEBUG: ["0", "1", "2", "3", "4"],
};
/** The names of all variables, for documentation. */
export const VARIABLE_NAMES = Object.keys(VARIABLES);
/** The value of a variable; undefined where it is not set or empty. @throws ConfigError for a value that it does not take */
export function environment(name) {
    const value = process.env[name];
    if (value === undefined || value === "")
        return undefined;
    const allowed = VARIABLES[name];
    const refused = (wanted) => new ConfigError([refusal(`the environment variable ${name}`, value, `${wanted}, or not set`)]);
    if (allowed === NUMBER && !(Number(value) >= 0))
        throw refused("a number of at least 0");
    if (Array.isArray(allowed) && !allowed.includes(value))
        throw refused(`one of ${listed(allowed)}`);
    return value;
}
/** Checks every variable at once. @throws ConfigError for an ENTROPIC_ name that does not exist, with the nearest, and for a wrong value */
export function checkEnvironment() {
    const unknown = Object.keys(process.env).find((name) => name.startsWith("ENTROPIC_") && !Object.hasOwn(VARIABLES, name));
    if (unknown !== undefined) {
        const near = nearestWord(unknown, VARIABLE_NAMES);
        const remedy = near ? `did you mean ${near}?` : `there are ${VARIABLE_NAMES.join(", ")}`;
        throw new ConfigError([`the environment variable ${brief(unknown)} means nothing here; ${remedy}`]);
    }
    for (const name of Object.keys(VARIABLES))
        environment(name);
}
