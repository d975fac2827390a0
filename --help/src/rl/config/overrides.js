import { ConfigError, isMapping, refusal, throwIfAny } from "../../options/problems.js";
import { brief, quoted } from "../../options/quote.js";
import { readYaml } from "../../options/yaml.js";
/**
 * A copy of the configuration with overrides such as `grpo.steps=10` or `task={ name: addition }`, whose values are read as YAML.
 * Unknown keys pass here; parsing refuses them. Throws ConfigError for an override that is not KEY=VALUE or leads through a plain value.
 */
export function applyOverrides(value, overrides) {
    if (overrides.length === 0)
        return value;
    if (value !== null && value !== undefined && !isMapping(value))
        throw new ConfigError([refusal("", value, "a mapping")]);
    const result = structuredClone(value ?? {});
    const problems = [];
    for (const override of overrides) {
        const problem = applyOverride(result, override);
        if (problem)
            problems.push(problem);
    }
    throwIfAny(problems);
    return result;
}
/** Sets one key in place. Returns one line where the override is wrong. */
function applyOverride(target, override) {
    const equals = override.indexOf("=");
    const keys = override.slice(0, Math.max(equals, 0)).trim().split(".");
    if (keys.some((key) => key === "" || key === "__proto__"))
        return `the override ${quoted(override)} must have the form key=value, such as grpo.steps=10`;
    let section = target;
    for (const [index, key] of keys.slice(0, -1).entries()) {
        if (!Object.hasOwn(section, key) || section[key] === null)
            section[key] = {};
        const next = section[key];
        if (!isMapping(next))
            return `the override ${brief(override)} goes through ${brief(keys.slice(0, index + 1).join("."))}, which is a value and no section`;
        section = next;
    }
    try {
        section[keys.at(-1)] = readYaml(override.slice(equals + 1), "value");
        return undefined;
    }
    catch {
        return `the override ${brief(override)} has a value that is not YAML; quote it or mend its brackets`;
    }
}
