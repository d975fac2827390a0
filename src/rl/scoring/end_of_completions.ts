import type { Tokenizer } from "../../data/tokenizer.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";

/** How completions end: by an end token of the model, by a stop text, or at the longest length. */
export interface EndOfCompletions {
  readonly tokenizer: Tokenizer;
  readonly endTokens: readonly number[];
  readonly stop: readonly string[];
  readonly maxNewTokens: number;
}

/** A completion without the token or the stop text that ended it, and without what that text's last token says after it. */
export function withoutEnd(
  { text, completion }: Pick<RolloutEntry, "text" | "completion">,
  { tokenizer, endTokens, stop }: EndOfCompletions,
): string {
  const { ids, finishReason } = completion;
  if (finishReason !== "stop") return text;
  const isEndToken = endTokens.includes(ids.at(-1)!);
  const spoken = isEndToken ? tokenizer.decode(ids.slice(0, -1), { specialTokens: true }) : text;
  const ends = stop.map((one) => spoken.indexOf(one)).filter((at) => at >= 0);
  return ends.length === 0 ? spoken : spoken.slice(0, Math.min(...ends));
}
