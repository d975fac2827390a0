import type { GgufMetadata } from "../io/gguf/values.ts";
import type { TokenTable } from "./token_table.ts";

/** What a tokenizer is in llama.cpp: the kind of its model, how tokens are written there, and what else that kind needs. */
export interface GgufForm {
  readonly model: "gpt2" | "llama" | "t5";
  /** A token of the vocabulary as llama.cpp writes it. */
  readonly spelled: (token: string) => string;
  /** The type of a token of the vocabulary. */
  readonly typeOf: (token: string) => number;
  readonly metadata: GgufMetadata;
}

/** llama.cpp's types of tokens. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** A tokenizer.json, and its sections that decide ids. */
export interface Definition {
  readonly table: TokenTable;
  readonly model: Readonly<Record<string, unknown>>;
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  /** How many ids the model has. */
  readonly vocabSize: number;
  /** @throws FileError that says what llama.cpp cannot do, and why */
  readonly refuse: (what: string, value: unknown, why: string) => never;
}
