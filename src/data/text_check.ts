import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { BYTE_CHARACTERS, bytesOf } from "./token_bytes.ts";

/** A text holds a character that the tokenizer has no token for. */
export class AlphabetError extends Error {
  override readonly name = "AlphabetError";
}

/**
 * Makes the check of a text before it is encoded: what the tokenizer would drop or replace in silence is refused.
 * The check throws AlphabetError for a character outside the alphabet, and Error for half of a surrogate pair.
 */
export function textCheck(definition: Readonly<Record<string, unknown>>): (text: string) => void {
  const { find: strangerIn, shown } = searchStranger(definition) ?? { find: () => undefined, shown: "" };
  return (text) => {
    // In a pattern of whole characters this class holds only what is no character: a half without its other half.
    const half = /\p{Surrogate}/u.exec(text)?.[0];
    if (half !== undefined) {
      const code = half.charCodeAt(0).toString(16);
      throw new Error(
        `the text ${quoted(text)} holds half of a surrogate pair (U+${code.toUpperCase()}), which is no character; remove it`,
      );
    }
    const stranger = strangerIn(text);
    if (stranger === undefined) return;
    throw new AlphabetError(`"${stranger}" in ${quoted(text)} is not in the tokenizer's alphabet${shown}; remove it.`);
  };
}

/**
 * Makes the search for a character that the tokenizer would drop in silence, for BPE that has no unknown token and no tokens of bytes: of
 * characters as they are, or of bytes where the vocabulary lacks some. Undefined where nothing is dropped, or where that cannot be told.
 */
function searchStranger(
  definition: Readonly<Record<string, unknown>>,
): { find(text: string): string | undefined; shown: string } | undefined {
  const { model, normalizer, pre_tokenizer, added_tokens } = definition;
  const { type, unk_token, byte_fallback, vocab } = isMapping(model) ? model : ({} as Record<string, unknown>);
  if (type !== "BPE" || (unk_token ?? null) !== null || byte_fallback === true) return undefined;
  const added = Array.isArray(added_tokens) ? added_tokens.map(({ content }) => String(content)) : [];
  const known = new Set(Object.keys(vocab as object).filter((token) => [...token].length === 1));
  const charactersOf = (text: string): string[] => [...added.reduce((rest, token) => rest.replaceAll(token, ""), text)];
  if ((normalizer ?? null) === null && (pre_tokenizer ?? null) === null) {
    const shown = ` ${quoted([...known].join(""))}`;
    return { find: (text) => charactersOf(text).find((character) => !known.has(character)), shown };
  }
  const isOfBytes = JSON.stringify(pre_tokenizer).includes('"ByteLevel"');
  if (!isOfBytes || BYTE_CHARACTERS.every((character) => known.has(character))) return undefined;
  const isWritten = (character: string): boolean => bytesOf(character).every((byte) => known.has(byte));
  return { find: (text) => charactersOf(text).find((character) => !isWritten(character)), shown: " of bytes" };
}
