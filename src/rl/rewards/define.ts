import type { z } from "zod";
import { type Declaration, declare, type Factory } from "../../options/define.ts";
import { isMapping } from "../../options/problems.ts";
import { text } from "../../options/schema.ts";
import type { Score } from "../advantages/index.ts";
import type { NamedReward, RewardInput, RewardState } from "../scoring/rewards.ts";

/** One completion, as a reward sees it. */
export interface Completion {
  /** The completion without the token or the stop text that ended it. */
  readonly text: string;
  readonly ids: ArrayLike<number>;
  readonly prompt: string;
  /** The columns of its row. */
  readonly columns: Readonly<Record<string, unknown>>;
  readonly state: RewardState;
}

/** A reward as it declares itself: `rewardFunctions.math({ column: "answer" })` makes one from its options. */
export type RewardFactory<Options extends z.ZodObject = z.ZodObject> = Factory<Options, NamedReward>;

/**
 * Declares a reward: its key, description and options, and the function that makes the score of one completion from them. Its option
 * `column`, where it has one, names the column that it compares with.
 */
export function defineReward<Options extends z.ZodObject>({
  build,
  ...declaration
}: Declaration<Options> & {
  readonly build: (options: z.output<Options>) => (completion: Completion) => Score;
}): RewardFactory<Options> {
  const { key } = declaration;
  return declare(`rewards.${key}`, declaration, (options): NamedReward => {
    const score = build(options);
    const { column }: Record<string, unknown> = options;
    return {
      name: key,
      reward: (input) => input.completions.map((_, index) => score(completionAt(input, index))),
      ...(typeof column === "string" && { column }),
    };
  });
}

function completionAt(
  { prompts, completions, withoutEnd = completions, completionIds, columns, state }: RewardInput,
  index: number,
): Completion {
  return {
    text: withoutEnd[index]!,
    ids: completionIds[index]!,
    prompt: prompts[index]!,
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[index]])),
    state,
  };
}

/** The option that names the column with the right answer. */
export function answerColumn() {
  return text("the name of a column")
    .prefault("answer")
    .describe("The column with the right answer; in a configuration it is that of task.answer.");
}

/** The right answer of a completion's row; undefined where its column is empty, so that the completion has no score. */
export function answerOf({ columns }: Pick<Completion, "columns">, column: string): string | undefined {
  const value = columns[column];
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? jsonText(value) : String(value);
}

/** A value's JSON, with the whole numbers in it that only a bigint holds. */
function jsonText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (!isMapping(value) || Object.getPrototypeOf(value) !== Object.prototype) return JSON.stringify(value) ?? "null";
  return `{${Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`)}}`;
}
