import type { Controller, Measured } from "../../control/index.js";
import type { Problem } from "../../tasks/task.js";
import type { RolloutEntry } from "../sampling/rollout.js";
import type { Sample } from "./micro_batches.js";
/** Returns the name of the class of a completion's token, one of `entropy.classes`. `position` counts from 0. */
export type TokenClassFunction = (token: {
    readonly problem: Problem;
    readonly ids: readonly number[];
    readonly position: number;
}) => string;
/** The class of every token of a completion, by its index in `entropy.classes`. */
export type Classify = (entry: {
    readonly problem: Problem;
    readonly completion: {
        readonly ids: readonly number[];
    };
}) => Uint8Array;
/**
 * Makes the function that classes tokens: by `classOf`, by a column of the problems, or by position in the answer. It is undefined
 * without classes, and throws for a class that `entropy.classes` does not name.
 * @throws ConfigError where positions tell classes and the first class does not begin at position 0
 */
export declare function classifier(controller: Pick<Controller, "classes" | "classBy">, classOf?: TokenClassFunction): Classify | undefined;
/** Looks up the class of every problem before training starts. @throws ConfigError for a class that `entropy.classes` does not name */
export declare function checkClasses(classify: Classify | undefined, problems: readonly Problem[]): void;
/**
 * Mean entropy and number of the sampled tokens of each class, or of all tokens where the controller has no classes. Masked samples do not
 * count.
 */
export declare function measureSampled(entries: readonly RolloutEntry[], samples: readonly Pick<Sample, "classes" | "isMasked">[], controller: Pick<Controller, "classes">): Measured;
