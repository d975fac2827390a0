import { quoted } from "../options/quote.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * A tokenizer as a model of `vocabSize` tokens can use it. Special tokens behind that vocabulary, such as <image_soft_token> of Gemma 3's
 * text models, come from no ordinary text, and a text that spells one out is refused. Undefined where another token lies behind it.
 */
export function withinVocabulary(tokenizer: Tokenizer, vocabSize: number): Tokenizer | undefined {
  const behind = Array.from({ length: Math.max(0, tokenizer.vocabSize - vocabSize) }, (_, i) => vocabSize + i);
  if (behind.length === 0) return tokenizer;
  if (!behind.every((id) => tokenizer.token(id) === undefined || isSpecial(tokenizer, id))) return undefined;
  const encode: Tokenizer["encode"] = (text, options) => {
    const ids = tokenizer.encode(text, options);
    const unknown = ids.find((id) => id >= vocabSize);
    if (unknown === undefined) return ids;
    throw new Error(`${quoted(text)} holds ${quoted(tokenizer.token(unknown))}, a token that the model does not have; remove it`);
  };
  return { ...tokenizer, vocabSize, encode };
}

/** Special tokens are left out of decoded text. */
function isSpecial(tokenizer: Tokenizer, id: number): boolean {
  return tokenizer.decode([id]) === "" && tokenizer.decode([id], { specialTokens: true }) !== "";
}
