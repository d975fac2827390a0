import { nearestWord, throwIfAny } from "../../options/problems.ts";
import { brief, listed, quoted } from "../../options/quote.ts";
import type { Problem } from "../../tasks/task.ts";
import type { NamedReward } from "./reward_function.ts";

/** The columns of a problem. A prompt of messages is the column `messages`. */
export function columnsOf({ prompt, ...columns }: Problem): Record<string, unknown> {
  return typeof prompt === "string" ? columns : { ...columns, messages: prompt };
}

type Rewards = readonly Pick<NamedReward, "name" | "column">[];

/**
 * Refuses rewards whose column none of the problems has, which would score nothing. Rows of a mixture have different columns, and an empty
 * cell leaves its row unscored. `kind` says what one of the problems is.
 * @throws ConfigError, one line a reward, with the columns that there are
 */
export function checkColumns(kind: string, problems: readonly Problem[], rewards: Rewards): void {
  throwIfAny(missingColumns(kind, problems, rewards));
}

/** Held-out problems may be of one kind of several, so that some rewards do not score them, but not all. @throws ConfigError as `checkColumns` does */
export function checkHeldOutColumns(problems: readonly Problem[], rewards: Rewards): void {
  const missing = problems.length > 0 ? missingColumns("held-out problem", problems, rewards) : [];
  if (missing.length === rewards.length) throwIfAny(missing);
}

function missingColumns(kind: string, problems: readonly Problem[], rewards: Rewards): string[] {
  return rewards.flatMap(({ name, column }) => {
    if (column === undefined || problems.some((problem) => Object.hasOwn(columnsOf(problem), column))) return [];
    const fact = `the reward ${brief(name)} compares with the column ${quoted(column)}, which no ${kind} has`;
    return [`${fact}; ${remedyFor(column, [...new Set(problems.flatMap((problem) => Object.keys(columnsOf(problem))))])}`];
  });
}

function remedyFor(column: string, known: readonly string[]): string {
  if (known.length === 0) return "they have none beside the prompt";
  const near = nearestWord(column, known);
  return near === undefined ? `the columns are ${listed(known)}` : `did you mean ${brief(near)}? The columns are ${listed(known)}`;
}
