import type { Decoder } from "./decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** The text of tokens after a prompt, which may begin with a space that is lost at the beginning of a text. Special tokens are left out. */
export function continuation(tokenizer: Tokenizer, promptIds: readonly number[], ids: readonly number[]): string {
  const { push, end } = decoderAfter(tokenizer, promptIds);
  return ids.map(push).join("") + end();
}

/** A decoder for what follows a prompt, token by token. */
export function decoderAfter(tokenizer: Tokenizer, promptIds: readonly number[]): Decoder {
  const decoder = tokenizer.decoder();
  const text = promptIds.map(decoder.push).join("");
  // A decoder whose text all waits for the end would return the prompt again.
  return text === "" ? tokenizer.decoder() : decoder;
}
