import { tokensBetween } from "../../data/conversation.ts";
import { encodePrompt, promptText } from "../../data/prompt.ts";
import { endTokensOf } from "../../data/stops.ts";
import type { Example } from "../../data_sets/examples.ts";
import { ConfigError } from "../../options/problems.ts";
import { reasonOf } from "../../options/quote.ts";
import { origin } from "../../tasks/task.ts";
import type { Tokens } from "../learning/row_layout.ts";
import type { PolicyModel } from "../model.ts";

/**
 * The tokens of examples. A completion has the tokens that it has behind its prompt, where a token begins there, and the model's first end
 * token follows it.
 * @throws ConfigError for a model without an end token, and for a row that its tokenizer or its chat template cannot write
 */
export function exampleTokens(model: PolicyModel, examples: readonly Example[]): Tokens[] {
  const [end] = endTokensOf(model);
  if (end === undefined) {
    throw new ConfigError(["the model names no end token, so that no completion would end; name one as eos_token_id in its config.json"]);
  }
  return examples.map((example, index) => {
    try {
      return tokensOf(model, example, end);
    } catch (error) {
      throw new ConfigError([`${example[origin] ?? `example ${index + 1}`}: ${reasonOf(error)}`]);
    }
  });
}

function tokensOf({ tokenizer }: PolicyModel, { prompt, completion }: Example, end: number): Tokens {
  const before = promptText(tokenizer, prompt);
  const text = before + completion;
  const own = tokensBetween(tokenizer, text, before.length, text.length);
  return { promptIds: encodePrompt(tokenizer, prompt), completionIds: own.at(-1) === end ? own : [...own, end] };
}
