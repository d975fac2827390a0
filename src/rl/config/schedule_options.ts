import { SCHEDULES } from "../../optim/schedule.ts";
import { MOST } from "../../options/limits.ts";
import { adjustable, decimal, oneOf, whole } from "../../options/schema.ts";

/** The options of a learning rate that changes with the steps of a run; `warmupSteps` is the default of theirs. */
export function scheduleOptions(warmupSteps: number) {
  return {
    warmupSteps: adjustable(
      whole({ min: 0, max: MOST.steps }),
      warmupSteps,
      "Steps over which the learning rate rises evenly to its value; 0 starts with it.",
    ),
    schedule: adjustable(
      oneOf(SCHEDULES),
      "constant",
      "How the learning rate goes on after the warm-up: constant, or falling until the last step, evenly (linear) or along half a cosine (cosine). More steps in a resume stretch the fall.",
    ),
    minLearningRate: adjustable(decimal({ min: 0, max: 1 }), 0, "The share of the learning rate that linear and cosine fall to."),
  };
}
