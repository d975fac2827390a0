import type { Controller, Measured } from "../../control/index.ts";
import { ConfigError } from "../../options/problems.ts";
import { listed, quoted } from "../../options/quote.ts";
import type { Problem } from "../../tasks/task.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";
import type { Sample } from "./micro_batches.ts";

/** Returns the name of the class of a completion's token, one of `entropy.classes`. `position` counts from 0. */
export type TokenClassFunction = (token: {
  readonly problem: Problem;
  readonly ids: readonly number[];
  readonly position: number;
}) => string;

/** The class of every token of a completion, by its index in `entropy.classes`. */
export type Classify = (entry: { readonly problem: Problem; readonly completion: { readonly ids: readonly number[] } }) => Uint8Array;

/**
 * Makes the function that classes tokens: by `classOf`, by a column of the problems, or by position in the answer. It is undefined
 * without classes, and throws for a class that `entropy.classes` does not name.
 * @throws ConfigError where positions tell classes and the first class does not begin at position 0
 */
export function classifier(controller: Pick<Controller, "classes" | "classBy">, classOf?: TokenClassFunction): Classify | undefined {
  const { classes, classBy } = controller;
  if (!classes) return undefined;
  const names = classes.map(({ name }) => name);
  const indexOf = (name: unknown, source: string): number => {
    const index = names.indexOf(String(name));
    if (index >= 0) return index;
    throw new ConfigError([`${source} gives the token class ${quoted(name)}; it must be one of ${listed(names)} (entropy.classes)`]);
  };
  if (classOf) {
    return ({ problem, completion: { ids } }) =>
      Uint8Array.from(ids, (_, position) => indexOf(classOf({ problem, ids, position }), "the function classOf"));
  }
  if (classBy !== undefined && classBy !== "position") {
    const told = (problem: Problem): string => `the problem ${quoted(problem.prompt)} in its column ${classBy}`;
    return ({ problem, completion: { ids } }) => new Uint8Array(ids.length).fill(indexOf(problem[classBy], told(problem)));
  }
  const begins = classes.map(({ from }) => from ?? Number.POSITIVE_INFINITY);
  if (begins[0] !== 0) {
    throw new ConfigError([
      "entropy.classes has no class from position 0; give each its from, or set entropy.classBy to a column, or give the trainer classOf",
    ]);
  }
  const at = (position: number): number => begins.findLastIndex((from) => from <= position);
  return ({ completion: { ids } }) => Uint8Array.from(ids, (_, position) => at(position));
}

/** Looks up the class of every problem before training starts. @throws ConfigError for a class that `entropy.classes` does not name */
export function checkClasses(classify: Classify | undefined, problems: readonly Problem[]): void {
  for (const problem of problems) classify?.({ problem, completion: { ids: [] } });
}

/** Mean entropy and number of the sampled tokens of each class, or of all where there are no classes, as the sampler measured them. */
export function measureSampled(
  entries: readonly RolloutEntry[],
  samples: readonly Pick<Sample, "classes" | "isMasked">[],
  controller: Pick<Controller, "classes">,
): Measured {
  const sampled = samples.map(({ classes, isMasked }, i) => ({ oldEntropies: entries[i]!.completion.entropies, classes, isMasked }));
  return measureEntropies(sampled, controller);
}

/** Mean entropy and number of tokens of each class, or of all, by the samples' old entropies. Masked samples do not count. */
export function measureEntropies(
  samples: readonly { readonly [Field in "oldEntropies" | "classes" | "isMasked"]?: Sample[Field] | undefined }[],
  controller: Pick<Controller, "classes">,
): Measured {
  const count = Math.max(1, controller.classes?.length ?? 0);
  const sums = new Float64Array(count);
  const tokens = new Float64Array(count);
  for (const { oldEntropies = [], classes, isMasked } of samples) {
    if (isMasked) continue;
    for (let position = 0; position < oldEntropies.length; position += 1) {
      const own = classes?.[position] ?? 0;
      sums[own]! += oldEntropies[position]!;
      tokens[own]! += 1;
    }
  }
  return Array.from(sums, (sum, i) => ({ entropy: sum / Math.max(1, tokens[i]!), tokens: tokens[i]! }));
}
