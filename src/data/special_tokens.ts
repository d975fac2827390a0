import { FileError } from "../io/file_error.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { tokenContent } from "./chat_template.ts";
import type { TokenTable } from "./token_table.ts";

/** What the files beside tokenizer.json say of special tokens. Only tokenizer.json gives ids. */
export interface SpecialTokens {
  readonly eosId: number | undefined;
  readonly bosId: number | undefined;
  readonly padId: number | undefined;
}

/**
 * The ids of the special tokens that tokenizer_config.json names.
 * @throws FileError where it gives a token another id than tokenizer.json does, or names an end token that tokenizer.json lacks
 */
export function specialTokens(
  config: Readonly<Record<string, unknown>>,
  { tokens, ids }: Pick<TokenTable, "tokens" | "ids">,
  place: string,
): SpecialTokens {
  const { added_tokens_decoder: added } = config;
  for (const [key, entry] of isMapping(added) ? Object.entries(added) : []) {
    const content = tokenContent(entry);
    const [id, known] = [Number(key), content === undefined ? undefined : ids.get(content)];
    const other = known === undefined ? tokens[id] : undefined;
    if (known !== undefined && known !== id) {
      throw new FileError(`${place}: added_tokens_decoder gives ${quoted(content)} the id ${key}; tokenizer.json gives it ${known}.`);
    }
    if (other !== undefined) {
      throw new FileError(
        `${place}: added_tokens_decoder gives ${quoted(content)} the id ${key}, which is ${quoted(other)} in tokenizer.json.`,
      );
    }
  }
  const named = (key: string): number | undefined => {
    const content = tokenContent(config[key]);
    return content === undefined ? undefined : ids.get(content);
  };
  const end = tokenContent(config.eos_token);
  if (end !== undefined && ids.get(end) === undefined) {
    throw new FileError(`${place}: eos_token ${quoted(end)} is no token of tokenizer.json; name one that is, or leave it out.`);
  }
  return { eosId: named("eos_token"), bosId: named("bos_token"), padId: named("pad_token") };
}
