import type { Tokenizer } from "../../data/tokenizer.ts";
import type { RolloutEntry } from "../sampling/rollout.ts";

/** How completions end: by a token that is no text, by a stop text, or at the longest length. */
export interface EndOfCompletions {
  readonly tokenizer: Tokenizer;
  readonly stop: readonly string[];
  readonly maxNewTokens: number;
}

/** A completion without the token or the stop text that ended it. */
export function withoutEnd({ text, completion }: Pick<RolloutEntry, "text" | "completion">, { tokenizer, stop }: EndOfCompletions): string {
  if (completion.finishReason !== "stop") return text;
  const ids = completion.ids;
  // A token that is no text, such as <|im_end|>, vanishes where special tokens are left out.
  const last = tokenizer.decode(ids.slice(-1), { specialTokens: false });
  const spoken = last === "" ? tokenizer.decode(ids.slice(0, -1), { specialTokens: true }) : text;
  const ending = stop.find((one) => one !== "" && spoken.endsWith(one));
  return ending === undefined ? spoken : spoken.slice(0, -ending.length);
}
