import { tokensBetween } from "../../data/conversation.ts";
import { encodePrompt, promptText } from "../../data/prompt.ts";
import { endTokensOf } from "../../data/stops.ts";
import type { Tokenizer } from "../../data/tokenizer.ts";
import type { Example } from "../../data_sets/examples.ts";
import { ConfigError, refusal } from "../../options/problems.ts";
import { quoted, reasonOf } from "../../options/quote.ts";
import { origin } from "../../tasks/task.ts";
import type { Tokens } from "../learning/row_layout.ts";
import type { PolicyModel } from "../model.ts";

/** Turns examples into tokens. */
export type ExampleEncoder = (example: Example, index: number) => Tokens;

/**
 * A completion has the tokens that it has behind its prompt, where a token begins there. An end token of the model follows it: the one that
 * the chat template writes behind an answer, else the first that the model names.
 * @throws ConfigError for a model without an end token; the encoder throws it for a row that the tokenizer or the chat template cannot write
 */
export function exampleEncoder(model: PolicyModel, option: string): ExampleEncoder {
  const ends = endTokensOf(model);
  if (ends.length === 0) {
    throw new ConfigError(["the model names no end token, so that no completion would end; name one as eos_token_id in its config.json"]);
  }
  return (example, index) => {
    const place = example[origin] ?? `${option}.${index}`;
    checkCompletion(example, place);
    const tokens = readable(place, () => tokensOf(model.tokenizer, example, ends));
    if (tokens.promptIds.length > 0) return tokens;
    throw new ConfigError([`${place} has the prompt ${quoted(example.prompt)}, which is no token; leave the row out`]);
  };
}

function checkCompletion({ completion }: Example, place: string): void {
  if (typeof completion !== "string")
    throw new ConfigError([refusal(`${place}: its completion`, completion, "a text, which may be empty")]);
}

function readable<Result>(place: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new ConfigError([`${place}: ${reasonOf(error)}`]);
  }
}

function tokensOf(tokenizer: Tokenizer, example: Example, ends: readonly number[]): Tokens {
  const { prompt, completion } = example;
  const before = promptText(tokenizer, prompt);
  const text = before + completion;
  const own = tokensBetween(tokenizer, text, before.length, text.length);
  const isEnded = own.length > 0 && ends.includes(own.at(-1)!);
  return { promptIds: encodePrompt(tokenizer, prompt), completionIds: isEnded ? own : [...own, endOf(tokenizer, example, ends)] };
}

/** The end token that follows an example. Gemma names two, of which only the second ends its turns. */
function endOf(tokenizer: Tokenizer, { prompt, completion }: Example, ends: readonly number[]): number {
  const words = completion.trim();
  if (typeof prompt === "string" || ends.length === 1 || words === "") return ends[0]!;
  const whole = tokenizer.renderChat([...prompt, { role: "assistant", content: completion }], { addGenerationPrompt: false });
  const at = whole.lastIndexOf(words);
  const behind = at < 0 ? [] : tokenizer.encode(whole.slice(at + words.length), { specialTokens: false });
  return behind.find((id) => ends.includes(id)) ?? ends[0]!;
}
