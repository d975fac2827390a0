import type { Controller, Measured } from "../../control/index.ts";
import { ConfigError } from "../../options/problems.ts";
import type { Problem } from "../../tasks/task.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";

/** Tells the class of a completion's token by name, of those in `entropy.classes`. `position` counts from 0. */
export type TokenClassFunction = (token: {
  readonly problem: Problem;
  readonly ids: readonly number[];
  readonly position: number;
}) => string;

/** The class of every token of a completion, by its index in `entropy.classes`. */
export type Classify = (entry: { readonly problem: Problem; readonly completion: { readonly ids: readonly number[] } }) => Uint8Array;

/**
 * How tokens are classed: by one's own function, by position in the answer, or by a column of the problems; undefined without classes.
 * The result throws when it meets a class that nobody named.
 * @throws ConfigError when positions are to tell classes and none has its first
 */
export function classifier(controller: Pick<Controller, "classes" | "classBy">, classOf?: TokenClassFunction): Classify | undefined {
  const { classes, classBy } = controller;
  if (!classes) return undefined;
  const names = classes.map(({ name }) => name);
  const indexOf = (name: unknown, source: string): number => {
    const index = names.indexOf(String(name));
    if (index >= 0) return index;
    throw new ConfigError([
      `${source} gives the token class ${JSON.stringify(name)}; it must be one of ${names.join(", ")} (entropy.classes)`,
    ]);
  };
  if (classOf) {
    return ({ problem, completion: { ids } }) =>
      Uint8Array.from(ids, (_, position) => indexOf(classOf({ problem, ids, position }), "the function classOf"));
  }
  if (classBy !== undefined && classBy !== "position") {
    const told = (problem: Problem): string => `the problem ${JSON.stringify(problem.prompt)} in its column ${classBy}`;
    return ({ problem, completion: { ids } }) => new Uint8Array(ids.length).fill(indexOf(problem[classBy], told(problem)));
  }
  const begins = classes.map(({ from }) => from ?? Number.POSITIVE_INFINITY);
  if (begins[0] !== 0) {
    throw new ConfigError([
      "entropy.classes has no class from position 0; give each its from, or entropy.classBy a column, or the trainer classOf",
    ]);
  }
  const at = (position: number): number => begins.findLastIndex((from) => from <= position);
  return ({ completion: { ids } }) => Uint8Array.from(ids, (_, position) => at(position));
}

/** Meets the class of every problem before training does. @throws ConfigError for one that nobody named */
export function checkClasses(classify: Classify | undefined, problems: readonly Problem[]): void {
  for (const problem of problems) classify?.({ problem, completion: { ids: [] } });
}

/** Mean entropy of all sampled tokens and, with the classes of every entry's tokens, of each class. */
export function measureSampled(
  entries: readonly RolloutEntry[],
  classes: readonly ArrayLike<number>[] | undefined,
  controller: Pick<Controller, "classes">,
): Measured {
  const count = controller.classes?.length ?? 0;
  const sums = new Float64Array(count);
  const tokens = new Float64Array(count);
  let [sum, all] = [0, 0];
  entries.forEach(({ completion }, i) => {
    completion.entropies.forEach((entropy, position) => {
      sum += entropy;
      const own = classes?.[i]?.[position];
      if (own === undefined) return;
      sums[own]! += entropy;
      tokens[own]! += 1;
    });
    all += completion.entropies.length;
  });
  const byClass = Array.from(sums, (total, i) => ({ entropy: total / Math.max(1, tokens[i]!), tokens: tokens[i]! }));
  return { entropy: sum / Math.max(1, all), ...(classes && { classes: byClass }) };
}
