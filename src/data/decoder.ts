import { isMapping } from "../options/problems.ts";
import { bytesOfToken, tokenBytes } from "./token_bytes.ts";
import type { TokenTable } from "./token_table.ts";

/** Turns tokens into text one by one. What it has returned never changes, whatever tokens follow. */
export interface Decoder {
  /** The text that is final with this token; the bytes of a character that is not whole yet wait. */
  push(id: number): string;
  /** The text that still waits. Bytes that are no whole character become U+FFFD. */
  end(): string;
}

/** Makes decoders of a table; with `specialTokens: true` they spell out the special tokens, which they leave out otherwise. */
export type DecoderFactory = (options?: { readonly specialTokens?: boolean }) => Decoder;

/**
 * Decoders for what language models use: bytes in printable characters (GPT-2, Llama 3, Qwen), Metaspace and bytes in tokens such as
 * <0x0A> (Llama 2, Mistral), or tokens that are text. Undefined for another section `decoder`. Ids without a token are left out.
 */
export function decoderFactory(table: TokenTable): DecoderFactory | undefined {
  const steps = stepsOf(table.decoder);
  const known = steps && textOf(steps);
  if (known === undefined) return undefined;
  return ({ specialTokens = false } = {}) => {
    const spelled = known();
    return {
      push: (id) => {
        const token = table.tokens[id];
        if (token === undefined || (!specialTokens && table.special.has(id))) return "";
        return spelled.push(token, table.added.has(id));
      },
      end: spelled.end,
    };
  };
}

/** Decoders for what else the library knows. All text waits for the end, because none is final before it. */
export function waitingDecoders(
  library: { decode(ids: number[], options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean }): string },
  { tokens }: Pick<TokenTable, "tokens">,
): DecoderFactory {
  return ({ specialTokens = false } = {}) => {
    const ids: number[] = [];
    return {
      push: (id) => {
        if (tokens[id] !== undefined) ids.push(id);
        return "";
      },
      // The library refuses an empty list. Cleaning up spaces would lose text: "a ." becomes "a.".
      end: () => {
        const options = { skip_special_tokens: !specialTokens, clean_up_tokenization_spaces: false };
        return ids.length === 0 ? "" : library.decode(ids.splice(0), options);
      },
    };
  };
}

type Step = Readonly<Record<string, unknown>>;

/** The decoders of a section, one after the other; undefined where it is none. */
function stepsOf(decoder: unknown): readonly Step[] | undefined {
  if (decoder === null || decoder === undefined) return [];
  if (!isMapping(decoder)) return undefined;
  if (decoder.type !== "Sequence") return [decoder];
  if (!Array.isArray(decoder.decoders)) return undefined;
  const steps = decoder.decoders.map(stepsOf);
  return steps.every((step) => step !== undefined) ? steps.flat() : undefined;
}

interface TokenDecoder {
  push(token: string, isAdded: boolean): string;
  end(): string;
}

function textOf(steps: readonly Step[]): (() => TokenDecoder) | undefined {
  const kinds = steps.map(({ type }) => type);
  if (kinds.length === 0) return joinedBySpaces;
  if (kinds.filter((kind) => kind !== "Fuse").join() === "ByteLevel") return byteLevel;
  const fuse = kinds.indexOf("Fuse");
  const each = fuse < 0 ? steps : steps.slice(0, fuse);
  const whole = fuse < 0 ? [] : steps.slice(fuse + 1);
  const bytes = each.findIndex(({ type }) => type === "ByteFallback");
  const changes = each.filter((_, i) => i !== bytes).map(changeOf);
  // What follows the bytes sees whole runs of them as one token, so only the changes before them can be made token by token.
  if (bytes >= 0 && bytes < each.length - 1) return undefined;
  const cut = cutOf(whole);
  if (cut === undefined || changes.some((change) => change === undefined)) return undefined;
  return () => changed(changes as Change[], { hasBytes: bytes >= 0, cut });
}

/** Without a decoder spaces stand between tokens. */
function joinedBySpaces(): TokenDecoder {
  let isFirst = true;
  return {
    push: (token) => {
      const text = isFirst ? token : ` ${token}`;
      isFirst = false;
      return text;
    },
    end: () => "",
  };
}

/** Every character of a token stands for a byte. */
function byteLevel(): TokenDecoder {
  const characters = createCharacters();
  return {
    push: (token, isAdded) => (isAdded ? characters.end() + token : characters.push(tokenBytes(token))),
    end: characters.end,
  };
}

type Change = (token: string, isFirst: boolean) => string;

/** What one step does to a token by itself; undefined for a step that is not known. */
function changeOf(step: Step): Change | undefined {
  const { type, pattern, content } = step;
  if (type === "Replace" && isMapping(pattern) && typeof pattern.String === "string" && typeof content === "string") {
    const { String: from } = pattern;
    return (token) => token.split(from).join(content);
  }
  if (type === "Metaspace") {
    const replacement = typeof step.replacement === "string" ? step.replacement : "\u2581";
    const hasPrefix = step.prepend_scheme !== "never" && step.add_prefix_space !== false;
    return (token, isFirst) => {
      const text = token.split(replacement).join(" ");
      return isFirst && hasPrefix && text.startsWith(" ") ? text.slice(1) : text;
    };
  }
  if (type === "Strip" && step.stop === 0 && typeof step.start === "number" && typeof content === "string") {
    const { start } = step;
    return (token) => token.slice(leading(token, content, start));
  }
  return undefined;
}

/** How many of the first `most` characters are `content`. */
function leading(text: string, content: string, most: number): number {
  let count = 0;
  while (count < most && text[count] === content) count += 1;
  return count;
}

interface Cut {
  readonly content: string;
  readonly most: number;
}

/** What the steps after Fuse cut off the beginning of the text; undefined where they do anything else. */
function cutOf(steps: readonly Step[]): Cut | undefined {
  const [strip, ...more] = steps;
  if (strip === undefined) return { content: "", most: 0 };
  const { type, content, start, stop } = strip;
  const isKnown = more.length === 0 && type === "Strip" && stop === 0 && typeof content === "string" && typeof start === "number";
  return isKnown ? { content, most: start } : undefined;
}

function changed(changes: readonly Change[], { hasBytes, cut }: { readonly hasBytes: boolean; readonly cut: Cut }): TokenDecoder {
  const characters = createCharacters();
  let [isFirst, left] = [true, cut.most];
  const withoutBeginning = (text: string): string => {
    if (left === 0 || text === "") return text;
    const count = leading(text, cut.content, left);
    left = count < text.length ? 0 : left - count;
    return text.slice(count);
  };
  return {
    push: (token) => {
      const text = changes.reduce((text, change) => change(text, isFirst), token);
      isFirst = false;
      const byte = hasBytes ? bytesOfToken(text) : undefined;
      return withoutBeginning(byte ? characters.push(byte) : characters.end() + text);
    },
    end: () => withoutBeginning(characters.end()),
  };
}

/** Joins bytes of UTF-8 to whole characters. */
function createCharacters(): { push(bytes: Uint8Array): string; end(): string } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let mayWait = false;
  return {
    push: (bytes) => {
      mayWait = true;
      return decoder.decode(bytes, { stream: true });
    },
    end: () => {
      if (!mayWait) return "";
      mayWait = false;
      return decoder.decode();
    },
  };
}
