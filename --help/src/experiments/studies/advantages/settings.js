import { z } from "zod";
import { MOST } from "../../../options/limits.js";
import { list, oneOf, openSection, section, text, whole } from "../../../options/schema.js";
import { ADVANTAGE_NAMES } from "../../../rl/advantages/index.js";
import { armsSchema } from "../../framework/arms/settings.js";
import { rewardShapes } from "./reward_shapes.js";
const shapes = Object.keys(rewardShapes);
/** Settings of the study: what to sample for the distributions, and arms (remedies) in groups (shapes of the reward). */
export const advantagesSchema = armsSchema.extend({
    groups: z.partialRecord(z.enum(shapes, { error: `a mapping whose keys are of ${shapes.join(", ")}` }), section({})),
    distributions: section({
        steps: whole({ min: 1, max: MOST.steps }),
        functions: list(oneOf(ADVANTAGE_NAMES), "a list of advantages, such as [grpo, dr-grpo]"),
        tasks: z.record(z.string(), section({
            model: text("the path of a checkpoint folder"),
            task: openSection({ name: text("the name of a task, such as countdown") }, "a mapping with the key name and the task's own options"),
            maxNewTokens: whole({ min: 1, max: MOST.tokens }),
        })),
    }),
});
/** The part that is a study of arms. */
export function armsOf({ distributions: _, ...arms }) {
    return arms;
}
