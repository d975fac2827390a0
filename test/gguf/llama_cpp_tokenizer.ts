/** llama.cpp's tokenizers, written from their algorithms for tests: from a GGUF file's metadata alone to the ids of a text. */

type Metadata = Readonly<Record<string, unknown>>;

/** The regular expressions that llama.cpp cuts texts with, one after the other, by the name in tokenizer.ggml.pre. */
const GPT2 = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const rest = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const WORDS: Readonly<Record<string, readonly RegExp[]>> = {
  "gpt-2": [GPT2],
  smollm: [/\p{N}/gu, GPT2],
  "llama-bpe": [new RegExp(`${contractions}|\\p{N}{1,3}|${rest}`, "gu")],
  qwen2: [new RegExp(`${contractions}|\\p{N}|${rest}`, "gu")],
};

/** The ways to cut words after which llama.cpp takes a word that is a token as it is, without merges. */
const WHOLE_WORDS = ["llama-bpe", "tekken"];

/** The ids of a text without special tokens in it. */
export function llamaCppIds(metadata: Metadata, text: string): number[] {
  const tokens = metadata["tokenizer.ggml.tokens"] as readonly string[];
  const types = metadata["tokenizer.ggml.token_type"] as readonly number[];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const own = { gpt2: byteLevel, llama: sentencePiece, t5: unigram }[metadata["tokenizer.ggml.model"] as string]!(
    metadata,
    text,
    ids,
    types,
  );
  const begin = metadata["tokenizer.ggml.add_bos_token"] ? [Number(metadata["tokenizer.ggml.bos_token_id"])] : [];
  return [...begin, ...own];
}

function byteLevel(metadata: Metadata, text: string, ids: ReadonlyMap<string, number>): number[] {
  const ranks = new Map((metadata["tokenizer.ggml.merges"] as readonly string[]).map((pair, rank) => [pair, rank]));
  const words = WORDS[metadata["tokenizer.ggml.pre"] as string]!.reduce(
    (parts, expression) => parts.flatMap((part) => cut(part, expression)),
    [text],
  );
  return words.flatMap((word) => {
    const symbols = [...new TextEncoder().encode(word)].map(character);
    const whole = WHOLE_WORDS.includes(metadata["tokenizer.ggml.pre"] as string) ? ids.get(symbols.join("")) : undefined;
    if (whole !== undefined) return [whole];
    for (;;) {
      const rankAt = (i: number): number => ranks.get(`${symbols[i]} ${symbols[i + 1]}`) ?? Number.POSITIVE_INFINITY;
      const best = Math.min(...symbols.slice(1).map((_, i) => rankAt(i)));
      if (symbols.length < 2 || best === Number.POSITIVE_INFINITY) break;
      const at = symbols.findIndex((_, i) => rankAt(i) === best);
      symbols.splice(at, 2, symbols[at]! + symbols[at + 1]!);
    }
    // A symbol that is no token is written byte by byte, and a byte that is none is left out.
    return symbols.flatMap((symbol) => (ids.has(symbol) ? [symbol] : [...symbol])).flatMap((symbol) => ids.get(symbol) ?? []);
  });
}

function cut(text: string, expression: RegExp): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(expression)) {
    parts.push(text.slice(end, match.index), match[0]);
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

function character(byte: number): string {
  const printable = (one: number): boolean => (one > 32 && one < 127) || (one > 160 && one < 256 && one !== 173);
  if (printable(byte)) return String.fromCharCode(byte);
  return String.fromCharCode(256 + Array.from({ length: byte }, (_, one) => one).filter((one) => !printable(one)).length);
}

function escaped(metadata: Metadata, text: string): string[] {
  const prefix = metadata["tokenizer.ggml.add_space_prefix"] && text !== "" ? " " : "";
  return [...(prefix + text).replaceAll(" ", "\u2581")];
}

function bytesOf(symbol: string, ids: ReadonlyMap<string, number>, unknown: number): number[] {
  return [...new TextEncoder().encode(symbol)].map((byte) => {
    return ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`) ?? unknown;
  });
}

/** The pair whose whole has the highest score becomes one, the leftmost first. */
function sentencePiece(metadata: Metadata, text: string, ids: ReadonlyMap<string, number>): number[] {
  const scores = metadata["tokenizer.ggml.scores"] as readonly number[];
  const symbols = escaped(metadata, text);
  for (;;) {
    const scoreAt = (i: number): number => scores[ids.get(`${symbols[i]}${symbols[i + 1]}`) ?? -1] ?? Number.NEGATIVE_INFINITY;
    const best = Math.max(...symbols.slice(1).map((_, i) => scoreAt(i)));
    if (symbols.length < 2 || best === Number.NEGATIVE_INFINITY) break;
    const at = symbols.slice(1).findIndex((_, i) => scoreAt(i) === best);
    symbols.splice(at, 2, symbols[at]! + symbols[at + 1]!);
  }
  const unknown = Number(metadata["tokenizer.ggml.unknown_token_id"]);
  return symbols.flatMap((symbol) => ids.get(symbol) ?? bytesOf(symbol, ids, unknown));
}

/** The tokens whose scores have the largest sum. What no token writes is one unknown token. */
function unigram(metadata: Metadata, text: string, ids: ReadonlyMap<string, number>, types: readonly number[]): number[] {
  const scores = metadata["tokenizer.ggml.scores"] as readonly number[];
  const unknown = Number(metadata["tokenizer.ggml.unknown_token_id"]);
  const lowest = Math.min(...scores.filter((_, id) => types[id] === 1)) - 10;
  const symbols = escaped(metadata, text);
  const best: { score: number; ids: number[] }[] = [{ score: 0, ids: [] }];
  for (let end = 1; end <= symbols.length; end += 1) {
    const options = Array.from({ length: end }, (_, begin) => {
      const id = ids.get(symbols.slice(begin, end).join(""));
      const known = id !== undefined && types[id] === 1;
      const before = best[begin]!;
      if (!known && end - begin > 1) return { score: Number.NEGATIVE_INFINITY, ids: [] };
      return { score: before.score + (known ? scores[id]! : lowest), ids: [...before.ids, known ? id : unknown] };
    });
    best.push(options.reduce((a, b) => (b.score > a.score ? b : a)));
  }
  return best.at(-1)!.ids.filter((id, i, all) => id !== unknown || all[i - 1] !== unknown);
}
