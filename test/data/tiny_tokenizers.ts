import { characterTokenizer, type Tokenizer, tokenizerFromFiles } from "../../src/data/tokenizer.ts";

/** GPT-2's characters for bytes, written again from its definition: printable bytes are themselves, the others follow from U+0100. */
export const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number): boolean => (byte > 32 && byte < 127) || (byte > 160 && byte < 256 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const inBytes = (text: string): string => Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]).join("");

export interface TinyOptions {
  readonly merges?: readonly (readonly [string, string])[];
  /** Texts of tokens that are added, with what is special of them. */
  readonly added?: readonly { readonly content: string; readonly special?: boolean; readonly [key: string]: unknown }[];
  readonly sections?: Readonly<Record<string, unknown>>;
  readonly config?: object;
  readonly files?: Readonly<Record<string, string>>;
}

/** A byte-level tokenizer, as of GPT-2, Llama 3 and Qwen: all bytes, then merges given as texts, then added tokens. */
export function byteLevelTokenizer({ merges = [], added = [], sections, config = {}, files }: TinyOptions = {}): Tokenizer {
  const pairs = merges.map((pair) => pair.map(inBytes) as [string, string]);
  const vocab = Object.fromEntries([...byteCharacters, ...pairs.map((pair) => pair.join(""))].map((token, id) => [token, id]));
  return tokenizerFromFiles({
    "tokenizer.json": JSON.stringify({
      normalizer: null,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
      post_processor: null,
      decoder: { type: "ByteLevel" },
      model: { type: "BPE", vocab, merges: pairs },
      added_tokens: added.map((token, i) => ({ id: Object.keys(vocab).length + i, ...token })),
      ...sections,
    }),
    "tokenizer_config.json": JSON.stringify(config),
    ...files,
  });
}

/** A tokenizer as of Llama 2: words begin with a bar, and what the vocabulary lacks is written in bytes. */
export function byteFallbackTokenizer({
  words = [],
  sections,
  config = {},
}: {
  words?: string[];
  sections?: object;
  config?: object;
} = {}): Tokenizer {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const merges = words.flatMap((word) => [...word].slice(1).map((_, i) => [word.slice(0, i + 1), word[i + 1]!]));
  const tokens = new Set(["<unk>", "<s>", "</s>", ...bytes, "\u2581", ..."abcdefgEND.", ...merges.map((pair) => pair.join(""))]);
  const strip = { type: "Strip", content: " ", start: 1, stop: 0 };
  const bar = { type: "Replace", pattern: { String: "\u2581" }, content: " " };
  return tokenizerFromFiles({
    "tokenizer.json": JSON.stringify({
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "Prepend", prepend: "\u2581" },
          { type: "Replace", pattern: { String: " " }, content: "\u2581" },
        ],
      },
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: "Sequence", decoders: [bar, { type: "ByteFallback" }, { type: "Fuse" }, strip] },
      model: {
        type: "BPE",
        unk_token: "<unk>",
        fuse_unk: true,
        byte_fallback: true,
        vocab: Object.fromEntries([...tokens].map((token, id) => [token, id])),
        merges,
      },
      added_tokens: ["<unk>", "<s>", "</s>"].map((content, id) => ({ id, content, special: true })),
      ...sections,
    }),
    "tokenizer_config.json": JSON.stringify(config),
  });
}

/** One tokenizer of every kind that language models use. */
export const kinds: Readonly<Record<string, Tokenizer>> = {
  "byte-level": byteLevelTokenizer({
    merges: [
      ["a", "b"],
      ["\n", "\n"],
      ["E", "N"],
      ["x", "E"],
      ["D", "."],
    ],
    added: [
      { content: "<end>", special: true },
      { content: "<think>", special: false },
    ],
  }),
  "byte fallback": byteFallbackTokenizer({ words: ["ab", "\u2581a", "EN", "D."] }),
  characters: characterTokenizer("abE ND.\n$"),
  metaspace: byteFallbackTokenizer({
    words: ["\u2581ab", "EN"],
    sections: { normalizer: null, pre_tokenizer: { type: "Metaspace", split: false }, decoder: { type: "Metaspace" } },
  }),
  "no decoder": byteFallbackTokenizer({ sections: { decoder: null } }),
  "another decoder": byteFallbackTokenizer({ sections: { decoder: { type: "WordPiece", prefix: "##", cleanup: false } } }),
};
