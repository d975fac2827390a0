import { FileError } from "../io/file_error.ts";
import { bool, type GgufMetadata, i32s, string, strings, u32 } from "../io/gguf/values.ts";
import { parseJsonObject } from "../io/json.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { chatTemplateSource, tokenContent } from "./chat_template.ts";
import { byteLevelForm, characterForm } from "./gguf_byte_level.ts";
import { type Definition, type GgufForm, TOKEN_TYPES } from "./gguf_form.ts";
import { sentencePieceForm } from "./gguf_sentence_piece.ts";
import { type TokenTable, tokenTable } from "./token_table.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What of a model a GGUF file says beside its tokenizer's own files. */
interface Use {
  /** How many ids the model has; those that the tokenizer lacks are written as unused. */
  readonly vocabSize: number;
  /** The ids that end a completion. */
  readonly endIds: readonly number[];
}

/** The keys of what ends a text: llama.cpp knows an end of text, of a turn and of a message. */
const END_KEYS = ["eos", "eot", "eom"];

/**
 * The tokenizer's part of a GGUF file.
 * @throws FileError, one line, for a tokenizer that would give other ids in llama.cpp
 */
export function ggufTokenizer(tokenizer: Tokenizer, { vocabSize, endIds }: Use): GgufMetadata {
  const definition = definitionOf(tokenizer, vocabSize);
  const form = formOf(definition);
  const config = { ...json(tokenizer, "special_tokens_map.json"), ...json(tokenizer, "tokenizer_config.json") };
  const template = chatTemplateSource(tokenizer.files, config, "tokenizer_config.json");
  const encoded = tokenizer.encode(anyText(tokenizer, definition.table));
  const ends = endIds.slice(0, END_KEYS.length).map((id, i) => [`tokenizer.ggml.${END_KEYS[i]}_token_id`, u32(id)]);
  return {
    "tokenizer.ggml.model": string(form.model),
    ...tokensOf(definition, form),
    ...form.metadata,
    ...idEntry("bos_token_id", tokenizer.bosId),
    ...Object.fromEntries(ends),
    ...idEntry("padding_token_id", tokenizer.padId),
    ...idEntry("unknown_token_id", idOf(definition.table, config.unk_token ?? definition.model.unk_token)),
    "tokenizer.ggml.add_bos_token": bool(tokenizer.bosId !== undefined && encoded[0] === tokenizer.bosId),
    "tokenizer.ggml.add_eos_token": bool(tokenizer.eosId !== undefined && encoded.at(-1) === tokenizer.eosId),
    ...(template === undefined ? {} : { "tokenizer.chat_template": string(template) }),
  };
}

/** A text of one plain token, whatever the alphabet, to see which special tokens are put around it. */
function anyText(tokenizer: Tokenizer, { tokens, added }: TokenTable): string {
  const id = tokens.findIndex((token, id) => token !== undefined && !added.has(id) && id !== tokenizer.eosId && id !== tokenizer.bosId);
  return id < 0 ? "" : tokenizer.decode([id]);
}

function idEntry(key: string, id: number | undefined): GgufMetadata {
  return id === undefined ? {} : { [`tokenizer.ggml.${key}`]: u32(id) };
}

function idOf({ ids }: TokenTable, token: unknown): number | undefined {
  const content = tokenContent(token);
  return content === undefined ? undefined : ids.get(content);
}

function json({ files }: Tokenizer, name: string): Record<string, unknown> {
  return parseJsonObject(files[name] ?? "{}", name);
}

function definitionOf(tokenizer: Tokenizer, vocabSize: number): Definition {
  const file = json(tokenizer, "tokenizer.json");
  const refuse = (what: string, value: unknown, why: string): never => {
    throw new FileError(`tokenizer.json: ${what} is ${quoted(value)}; ${why}, so the model has no GGUF file: export another folder.`);
  };
  const model = isMapping(file.model) ? file.model : {};
  return { table: tokenTable(file), model, normalizer: file.normalizer, pre_tokenizer: file.pre_tokenizer, vocabSize, refuse };
}

function formOf(definition: Definition): GgufForm {
  const { model, normalizer, pre_tokenizer, refuse } = definition;
  if (model.type === "Unigram") return sentencePieceForm(definition);
  if (model.type !== "BPE") refuse("model.type", model.type, "llama.cpp reads BPE and Unigram here");
  if (JSON.stringify(pre_tokenizer ?? null).includes('"ByteLevel"')) return byteLevelForm(definition);
  if (model.byte_fallback === true) return sentencePieceForm(definition);
  if ((normalizer ?? null) === null && (pre_tokenizer ?? null) === null) return characterForm(definition);
  return refuse("pre_tokenizer", pre_tokenizer, "llama.cpp reads byte-level BPE, or BPE with byte_fallback");
}

/** The vocabulary by id, the model's ids that the tokenizer lacks included. */
function tokensOf({ table, vocabSize }: Definition, { spelled, typeOf }: GgufForm): GgufMetadata {
  const entries = Array.from({ length: vocabSize }, (_, id): [string, number] => {
    const token = table.tokens[id];
    if (token === undefined) return [`[PAD${id}]`, TOKEN_TYPES.unused];
    if (!table.added.has(id)) return [spelled(token), typeOf(token)];
    if (typeOf(token) === TOKEN_TYPES.unknown) return [token, TOKEN_TYPES.unknown];
    if (table.special.has(id)) return [token, TOKEN_TYPES.control];
    // llama.cpp looks for these tokens before it writes spaces in another way.
    return [token.replaceAll("\u2581", " "), TOKEN_TYPES.userDefined];
  });
  return {
    "tokenizer.ggml.tokens": strings(entries.map(([token]) => token)),
    "tokenizer.ggml.token_type": i32s(entries.map(([, type]) => type)),
  };
}
