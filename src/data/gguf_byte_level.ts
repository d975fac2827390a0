import { type GgufMetadata, string, strings } from "../io/gguf/values.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { type Definition, type GgufForm, TOKEN_TYPES } from "./gguf_form.ts";
import { GPT2_WORDS } from "./pre_tokenizer.ts";
import { bytesOf, tokenBytes } from "./token_bytes.ts";

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
const UPPER = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
const LOWER = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
const BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";

/** llama.cpp's names of the ways to cut a text into words, by the regular expressions that cut it one after the other. */
const WORDS: ReadonlyMap<string, string> = new Map([
  [GPT2_WORDS, "gpt-2"],
  [["\\p{N}", GPT2_WORDS].join("\n"), "smollm"],
  [[CONTRACTIONS, LETTERS, "\\p{N}{1,3}", SIGNS, SPACES].join("|"), "llama-bpe"],
  [[CONTRACTIONS, LETTERS, "\\p{N}", SIGNS, SPACES].join("|"), "qwen2"],
  [
    [`${BEFORE}[${UPPER}]*[${LOWER}]+`, `${BEFORE}[${UPPER}]+[${LOWER}]*`, "\\p{N}", " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*", SPACES].join("|"),
    "tekken",
  ],
]);

/** The ways to cut words after which llama.cpp takes a word that is a token as it is, and merges only others. */
const WITH_WHOLE_WORDS: readonly (string | undefined)[] = ["llama-bpe", "tekken"];

/** BPE of bytes, each written as a character: the vocabulary and the merges are llama.cpp's own. */
export function byteLevelForm(definition: Definition): GgufForm {
  const { normalizer, pre_tokenizer, refuse } = definition;
  // llama.cpp composes no characters; texts are nearly always composed.
  if (isMapping(normalizer) && normalizer.type !== "NFC")
    refuse("normalizer", normalizer, "llama.cpp changes no text before byte-level BPE");
  const expressions = stepsOf(pre_tokenizer).flatMap((step) => expressionsOf(step, definition));
  const words = WORDS.get(expressions.join("\n"));
  if (words === undefined) refuse("pre_tokenizer", pre_tokenizer, `llama.cpp cuts texts as ${[...WORDS.values()].join(", ")} do`);
  const pairs = mergesOf(definition);
  if (WITH_WHOLE_WORDS.includes(words) !== (definition.model.ignore_merges === true)) requireMerged(definition, words!, pairs);
  return { model: "gpt2", spelled: (token) => token, typeOf: () => TOKEN_TYPES.normal, metadata: merges(words!, pairs) };
}

/** Where merges make every token that a word can be, it does not matter whether whole words are looked for first. */
function requireMerged({ table, model, refuse }: Definition, words: string, pairs: readonly (readonly [string, string])[]): void {
  const ranks = new Map(pairs.map((pair, rank) => [pair.join(" "), rank]));
  for (const [token, id] of table.ids) {
    if (table.added.has(id) || !isText(token) || isMerged(token, ranks)) continue;
    const takes = WITH_WHOLE_WORDS.includes(words) ? "takes whole words" : "takes no whole words";
    const flag = model.ignore_merges ?? false;
    refuse("model.ignore_merges", flag, `with words of ${words} llama.cpp ${takes}, and no merges make the token ${quoted(token)}`);
  }
}

const strictText = new TextDecoder("utf-8", { fatal: true });

/** Whether a byte-level token is the bytes of a text; words are cut from text and end with whole characters. */
function isText(token: string): boolean {
  try {
    strictText.decode(tokenBytes(token));
    return true;
  } catch {
    return false;
  }
}

/** Whether merges make one token of a token's characters: the first in the list goes first, and of equal ones the leftmost. */
function isMerged(token: string, ranks: ReadonlyMap<string, number>): boolean {
  const symbols = [...token];
  while (symbols.length > 1) {
    const order = symbols.slice(1).map((symbol, i) => ranks.get(`${symbols[i]} ${symbol}`) ?? Number.POSITIVE_INFINITY);
    const first = Math.min(...order);
    if (first === Number.POSITIVE_INFINITY) return false;
    const at = order.indexOf(first);
    symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`);
  }
  return true;
}

function stepsOf(section: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isMapping(section)) return [];
  return section.type === "Sequence" && Array.isArray(section.pretokenizers) ? section.pretokenizers.flatMap(stepsOf) : [section];
}

/** The regular expression by which a step cuts; none for one that only writes bytes. */
function expressionsOf(step: Readonly<Record<string, unknown>>, { refuse }: Definition): string[] {
  const { type, pattern, behavior, invert } = step;
  if (type === "ByteLevel") {
    if (step.add_prefix_space === true) refuse("add_prefix_space of ByteLevel", true, "llama.cpp adds no space before byte-level BPE");
    return step.use_regex === false ? [] : [GPT2_WORDS];
  }
  if (type === "Digits" && step.individual_digits === true) return ["\\p{N}"];
  const isPlain = type === "Split" && isMapping(pattern) && typeof pattern.Regex === "string";
  if (isPlain && behavior === "Isolated" && invert !== true) return [(pattern as { readonly Regex: string }).Regex];
  if (isPlain && behavior === "Removed" && invert === true) return [(pattern as { readonly Regex: string }).Regex];
  return refuse("a step of pre_tokenizer", step, "llama.cpp has no such step");
}

/** The merges of a BPE model, which are lists of two or texts with a space between. */
export function mergesOf({ model, refuse }: Definition): [string, string][] {
  const given = Array.isArray(model.merges) ? model.merges : [];
  return given.map((pair: unknown) => {
    const parts: unknown = typeof pair === "string" ? pair.split(" ") : pair;
    const isPair = Array.isArray(parts) && parts.length === 2 && parts.every((part) => typeof part === "string");
    return isPair ? (parts as [string, string]) : refuse("a merge", pair, "a merge is two tokens");
  });
}

function merges(words: string, pairs: readonly (readonly [string, string])[]): GgufMetadata {
  return {
    "tokenizer.ggml.pre": string(words),
    "tokenizer.ggml.merges": strings(pairs.map((pair) => pair.join(" "))),
  };
}

/**
 * One token per character, as byte-level BPE: a character is written as its bytes, and merges make a whole of them. No merge reaches beyond
 * a character, so it does not matter how words are cut. A character that the vocabulary lacks is left out there.
 */
export function characterForm(definition: Definition): GgufForm {
  const { table, refuse } = definition;
  if (mergesOf(definition).length > 0) {
    refuse("pre_tokenizer", null, "llama.cpp always cuts texts into words, and these merges may reach beyond them");
  }
  const pairs = new Map<string, [string, string]>();
  for (const token of table.ids.keys()) {
    if ([...token].length !== 1) continue;
    const bytes = bytesOf(token);
    for (let i = 1; i < bytes.length; i += 1) {
      const pair: [string, string] = [bytes.slice(0, i).join(""), bytes[i]!];
      pairs.set(quoted(pair), pair);
    }
  }
  const spelled = (token: string): string => bytesOf(token).join("");
  return { model: "gpt2", spelled, typeOf: () => TOKEN_TYPES.normal, metadata: merges("gpt-2", [...pairs.values()]) };
}
