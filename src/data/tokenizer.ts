import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { FileError } from "../io/file_error.ts";
import { parseJsonObject } from "../io/json.ts";
import { quoted, reasonOf } from "../options/quote.ts";
import { chatTemplate, type RenderChat, tokenContent } from "./chat_template.ts";
import { type Decoder, decoderFactory, waitingDecoders } from "./decoder.ts";
import { exactDefinition } from "./definition.ts";
import { specialTokens } from "./special_tokens.ts";
import { textCheck } from "./text_check.ts";
import { tokenTable } from "./token_table.ts";
import { checkVocabulary } from "./vocabulary.ts";

/** Text to token ids and back, together with the files from which Hugging Face tooling makes the same tokenizer. */
export interface Tokenizer {
  /** Ids of a text. With `specialTokens: false` the tokenizer adds no special tokens, such as one that begins a text. */
  encode(text: string, options?: { readonly specialTokens?: boolean }): number[];
  /** Text of ids; with `specialTokens: true` the special tokens are spelled out. */
  decode(ids: ArrayLike<number>, options?: { readonly specialTokens?: boolean }): string;
  /** Decodes ids one by one: each call of `push` returns the text that has become final, and `end` the rest. */
  decoder(options?: { readonly specialTokens?: boolean }): Decoder;
  /** A chat as one text, by the model's chat template. @throws Error, one line, where there is none or it refuses the messages */
  renderChat: RenderChat;
  /** The token of an id as the vocabulary writes it; undefined where it has none. */
  token(id: number): string | undefined;
  /** One more than the largest id. */
  readonly vocabSize: number;
  readonly eosId?: number | undefined;
  readonly bosId?: number | undefined;
  readonly padId?: number | undefined;
  /** Texts by file name, to be written into checkpoints. */
  readonly files: Readonly<Record<string, string>>;
}

const REQUIRED_FILE = "tokenizer.json";
const CONFIG_FILE = "tokenizer_config.json";
const FILES = [REQUIRED_FILE, CONFIG_FILE, "special_tokens_map.json", "chat_template.jinja", "vocab.json", "merges.txt"];

/** The tokenizer of a Hugging Face folder (tokenizer.json, tokenizer_config.json). Throws FileError naming what is missing. */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const { readOptionalText } = await import("../io/files.ts");
  const files: Record<string, string> = {};
  for (const name of FILES) {
    const text = await readOptionalText(`${dir}/${name}`);
    if (text !== undefined) files[name] = text;
  }
  if (files[REQUIRED_FILE] === undefined) throw new FileError(`${dir} holds no ${REQUIRED_FILE}; save the tokenizer as a fast tokenizer.`);
  return tokenizerFromFiles(files, dir);
}

/**
 * A tokenizer from the texts of its files; `source` is the folder that messages name.
 * @throws FileError where one is not valid JSON, or of a kind that is not supported, or has ids that are none
 */
export function tokenizerFromFiles(files: Readonly<Record<string, string>>, source?: string): Tokenizer {
  const place = (name: string): string => (source === undefined ? name : `${source}/${name}`);
  const parse = (name: string) => parseJsonObject(files[name] ?? "{}", place(name));
  const config = { ...parse("special_tokens_map.json"), ...parse(CONFIG_FILE) };
  const definition = parse(REQUIRED_FILE);
  checkVocabulary(definition, place(REQUIRED_FILE));
  const library = constructed(exactDefinition(definition, place(REQUIRED_FILE)), config, place(REQUIRED_FILE));
  const table = tokenTable(definition);
  const special = specialTokens(config, table, place(CONFIG_FILE));
  const begin = beginningOf(special.bosId, config.add_bos_token === true);
  const checkText = textCheck(definition);
  const decoder = decoderFactory(table) ?? waitingDecoders(library, table);
  return {
    encode: (text, { specialTokens = true } = {}) => {
      checkText(text);
      if (!specialTokens) return text === "" ? [] : library.encode(text, { add_special_tokens: false }).ids;
      return begin(library.encode(text).ids);
    },
    decode: (ids, options) => {
      const { push, end } = decoder(options);
      return Array.from(ids, push).join("") + end();
    },
    decoder,
    renderChat: chatTemplate(files, config, place(CONFIG_FILE)),
    token: (id) => table.tokens[id],
    vocabSize: table.tokens.length,
    ...special,
    files,
  };
}

/** Makes the function that sees to it that a text begins with one beginning token, where the tokenizer asks for it, and never with two. */
function beginningOf(bosId: number | undefined, isAsked: boolean): (ids: number[]) => number[] {
  return (ids) => {
    if (bosId === undefined) return ids;
    if (isAsked && ids[0] !== bosId) return [bosId, ...ids];
    // The text began with the token already, as the text of a chat does.
    return ids[0] === bosId && ids[1] === bosId ? ids.slice(1) : ids;
  };
}

/**
 * A tokenizer with one token per character and ids in the order of `alphabet`. `special` names the characters that end, begin and pad
 * a text. They stay visible in decoded text, because a task's reward must see whether a completion has ended.
 * Throws on a repeated character, and `encode` throws on a character outside the alphabet.
 */
export function characterTokenizer(
  alphabet: string,
  special: { readonly eos?: string; readonly bos?: string; readonly pad?: string } = {},
): Tokenizer {
  const characters = [...alphabet];
  const repeated = characters.find((character, id) => characters.indexOf(character) !== id);
  if (repeated !== undefined) throw new Error(`The alphabet ${quoted(alphabet)} holds "${repeated}" twice; name each character once.`);
  for (const [role, character] of Object.entries(special)) {
    if (!characters.includes(character))
      throw new Error(`The ${role} token ${quoted(character)} is not in the alphabet ${quoted(alphabet)}; add it there.`);
  }
  return tokenizerFromFiles({ [REQUIRED_FILE]: characterTokenizerJson(characters), [CONFIG_FILE]: characterConfigJson(special) });
}

/** BPE without merges leaves single characters, and Fuse joins them without spaces. Every Hugging Face loader understands both. */
function characterTokenizerJson(characters: readonly string[]): string {
  return json({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(characters.map((character, id) => [character, id])),
      merges: [],
    },
  });
}

function characterConfigJson({ eos, bos, pad }: { readonly eos?: string; readonly bos?: string; readonly pad?: string }): string {
  return json({
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...(bos === undefined ? {} : { bos_token: bos }),
    ...(eos === undefined ? {} : { eos_token: eos }),
    ...(pad === undefined ? {} : { pad_token: pad }),
  });
}

/** The library's tokenizer, tried on a text, because it meets much of what is damaged only then. */
function constructed(definition: object, { eos_token }: Record<string, unknown>, name: string): HuggingFaceTokenizer {
  try {
    // Nothing else of the configuration may change the ids. A Unigram model asks for its end token.
    const tokenizer = new HuggingFaceTokenizer(definition, { eos_token: tokenContent(eos_token) });
    tokenizer.decode(tokenizer.encode("a").ids.concat(0));
    return tokenizer;
  } catch (error) {
    throw new FileError(`${name} could not be read: ${reasonOf(error)}; save the tokenizer again as a fast tokenizer.`);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
