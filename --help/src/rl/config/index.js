import { controllers } from "../../control/index.js";
import { losses } from "../../loss/index.js";
import { parseOptions } from "../../options/define.js";
import { isMapping, throwIfAny } from "../../options/problems.js";
import { describeOptions } from "../../options/schema.js";
import { withoutChanges } from "./changes.js";
import { contradictions, decayProblems, tooManySampled } from "./contradictions.js";
import { withPresets } from "./presets.js";
import { commonTrainSchema, sftSchema, trainSchema } from "./sections.js";
import { hints } from "./trl_names.js";
export { ConfigError, nearestWord, refusal, unknownKey } from "../../options/problems.js";
export { changesInResume, recordedChanges, withChanges } from "./changes.js";
export { checkAgainstModel } from "./contradictions.js";
export { applyOverrides } from "./overrides.js";
export { entropyPresets } from "./presets.js";
/**
 * Checks the configuration of `train` (plain data, as read from YAML) and fills in defaults.
 * `name` is the run's name where output.dir is left out (`runs/NAME`). Throws ConfigError, one line per problem.
 */
export function parseTrainConfig(value, name = "train") {
    const filled = withPresets(withoutEmptySections(withoutChanges(value)));
    const schema = trainSchema(`runs/${name}`, chosenIn(filled));
    // Which controller and loss are chosen is known only when this runs, so the type has the options of all of them.
    const config = parseOptions(schema, filled, hints);
    throwIfAny(contradictions(config));
    return config;
}
/** Checks the configuration of `sft` and fills in defaults. `name` and errors are as for parseTrainConfig. */
export function parseSftConfig(value, name = "sft") {
    const config = parseOptions(sftSchema(`runs/${name}`), withoutEmptySections(value), hints);
    throwIfAny([...tooManySampled("eval", config.eval), ...decayProblems("sft", config.sft)]);
    return config;
}
/** Every option of `train` or `sft` in the order of the schema, for documentation; controllers and losses document their own. */
export function listOptions(command) {
    return describeOptions(command === "train" ? commonTrainSchema() : sftSchema("runs/NAME"));
}
/** In words, the keys of a configuration that belong to other controllers or losses than its own: they have no effect. */
export function withoutEffect({ grpo, entropy }) {
    const common = commonTrainSchema().shape;
    const unused = (name, section, known, own, chosen) => {
        const keys = Object.keys(section).filter((key) => !(key in known) && !(key in own.options.shape));
        return keys.length === 0 ? [] : [`without effect with ${chosen}: ${keys.map((key) => `${name}.${key}`).join(", ")}`];
    };
    return [
        ...unused("grpo", grpo, common.grpo.shape, losses[grpo.loss], `loss ${grpo.loss}`),
        ...unused("entropy", entropy, common.entropy.shape, controllers[entropy.controller], `controller ${entropy.controller}`),
    ];
}
/** The controller and the loss that a configuration names; the defaults where it names none. */
function chosenIn(value) {
    const wordAt = (section, key, otherwise) => {
        const inside = isMapping(value) ? value[section] : undefined;
        const word = isMapping(inside) ? inside[key] : undefined;
        return typeof word === "string" ? word : otherwise;
    };
    return { controller: wordAt("entropy", "controller", "pi"), loss: wordAt("grpo", "loss", "ppo-clip") };
}
/** YAML reads a section with nothing under its key as null. It means the defaults, so it is left out. */
function withoutEmptySections(value) {
    return isMapping(value) ? Object.fromEntries(Object.entries(value).filter(([, section]) => section !== null)) : value;
}
