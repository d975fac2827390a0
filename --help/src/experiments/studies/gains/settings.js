import { z } from "zod";
import { MOST } from "../../../options/limits.js";
import { decimal, list, oneOf, openSection, section, text, whole } from "../../../options/schema.js";
import { seedsOf, seedsSchema } from "../../framework/seeds.js";
const number = (allowed) => z.number({ error: allowed });
/** Settings of the study; configs/experiments/gains.yaml explains each. */
export const gainsSchema = section({
    seeds: seedsSchema,
    task: openSection({ name: text("the name of a task, such as countdown") }, "a mapping with the key name and the task's own options"),
    /** Models by name, as in config.json, each with its own warm start. */
    sizes: z.record(z.string(), openSection({ model_type: text("the name of an architecture, such as llama") }, "a mapping in the style of config.json")),
    warmStart: openSection({}, "a mapping with options of sft's section sft"),
    eval: openSection({}, "a mapping with options of train's section eval"),
    grpo: openSection({ steps: whole({ min: 4 }) }, "a mapping with options of train's section grpo, steps among them"),
    entropy: openSection({ limit: decimal({ above: 0, max: 1 }) }, "a mapping with options of train's section entropy, limit among them"),
    gates: z.record(z.string(), section({ gate: oneOf(["probability", "entropy-effect"]), tau: decimal({ min: 0, max: 1 }).optional() })),
    share: decimal({ above: 0, max: 2 }),
    kp: list(number("a list of numbers above 0").positive({ error: "a list of numbers above 0" }), "a list of numbers above 0"),
    kiRatios: list(decimal({ min: 0, below: 1 }), "a list of numbers of at least 0 and below 1"),
    openLoop: section({
        alphas: list(number("a list of two alphas or more"), "a list of two alphas or more"),
        steps: whole({ min: 1, max: MOST.steps }),
    }),
    automatic: section({ steps: whole({ min: 26 }) }),
});
export function plantsOf(settings) {
    const { sizes, gates } = settings;
    return seedsOf(settings).flatMap((seed) => Object.keys(sizes).flatMap((size) => Object.keys(gates).map((gate) => ({ seed, size, gate }))));
}
/** The plants of the first seed, which tables and pictures show one by one. */
export function ofFirstSeed(plants) {
    return plants.filter(({ seed }) => seed === plants[0].seed);
}
