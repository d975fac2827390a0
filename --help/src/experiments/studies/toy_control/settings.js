import { z } from "zod";
import { MOST } from "../../../options/limits.js";
import { decimal, openSection, section, text, whole } from "../../../options/schema.js";
import { seedsSchema } from "../../framework/seeds.js";
const chance = decimal({ min: 0, max: 1 });
const numbers = (allowed, least) => z.array(z.number({ error: allowed }), { error: allowed }).min(least, { error: allowed });
/** Settings of the study; configs/experiments/toy_control.yaml explains each. */
export const toySchema = section({
    seeds: seedsSchema,
    task: section({
        characters: whole({ min: 2, max: 26 }),
        prompts: whole({ min: 1, max: 26 }),
        length: whole({ min: 1, max: 16 }),
        good: whole({ min: 1, max: 26 }),
        lowest: chance,
        highest: chance,
        warmth: chance,
    }),
    model: openSection({ model_type: text("the name of an architecture, such as llama") }, "a mapping in the style of config.json"),
    warmStart: section({
        steps: whole({ min: 1, max: MOST.steps }),
        batch: whole({ min: 1, max: MOST.prompts }),
        learningRate: decimal({ min: 0, max: 1 }),
        warmupSteps: whole({ min: 0, max: MOST.steps }),
    }),
    /** Options of these two sections are checked where they are used, as those of `train` are. */
    grpo: openSection({}, "a mapping with options of train's section grpo"),
    entropy: openSection({ limit: decimal({ above: 0, max: 1 }), gate: text("probability or entropy-effect") }, "a mapping with options of train's section entropy, limit and gate among them"),
    openLoop: section({ alphas: numbers("a list of two alphas or more", 2), steps: whole({ min: 1, max: MOST.steps }) }),
    gains: section({ lambda: decimal({ above: 0, below: 2 }), integral: decimal({ above: 0, below: 1 }) }),
    targets: numbers("a list of one target or more, in nats per token", 1),
    onPolicy: section({ steps: whole({ min: 5 }) }),
    offPolicy: section({ steps: whole({ min: 5 }), updatesPerRollout: whole({ min: 2 }) }),
    evaluation: section({ completions: whole({ min: 1, max: MOST.completions }) }),
});
