import { bool, f32s, type GgufMetadata, string } from "../io/gguf/values.ts";
import { isMapping } from "../options/problems.ts";
import { mergesOf } from "./gguf_byte_level.ts";
import { type Definition, type GgufForm, TOKEN_TYPES } from "./gguf_form.ts";
import { bytesOfToken } from "./token_bytes.ts";

/** How SentencePiece writes a space. */
const SPACE = "\u2581";

/** The score of an id that the tokenizer lacks, so low that it is never taken. */
const LOWEST = -10_000;

/** SentencePiece's BPE with tokens of bytes is llama.cpp's `llama`, and its Unigram is `t5`. Both go by the scores of tokens. */
export function sentencePieceForm(definition: Definition): GgufForm {
  const { model, table, vocabSize, refuse } = definition;
  const isUnigram = model.type === "Unigram";
  if (isUnigram && model.byte_fallback === true) refuse("model.byte_fallback", true, "llama.cpp has no Unigram with tokens of bytes");
  const scoreOf = isUnigram ? unigramScores(definition) : bpeScores(definition);
  const unknown = isUnigram ? table.tokens[Number(model.unk_id)] : model.unk_token;
  const typeOf = (token: string): number => {
    if (token === unknown) return TOKEN_TYPES.unknown;
    return model.byte_fallback === true && bytesOfToken(token) ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
  };
  const scores = Array.from({ length: vocabSize }, (_, id) => {
    const token = table.tokens[id];
    return token === undefined ? LOWEST : scoreOf(token);
  });
  const metadata = { "tokenizer.ggml.pre": string("default"), "tokenizer.ggml.scores": f32s(scores), ...spaces(definition) };
  return { model: isUnigram ? "t5" : "llama", spelled: (token) => token, typeOf, metadata };
}

function unigramScores({ model }: Definition): (token: string) => number {
  const scores = new Map(model.vocab as readonly (readonly [string, number])[]);
  return (token) => scores.get(token) ?? 0;
}

/**
 * llama.cpp joins the pair whose whole has the highest score, and knows no merges: every pair of tokens that make a token is one. That is the
 * same where the merges are all these pairs and those with the same whole follow each other. Then the first of them is the score.
 */
function bpeScores(definition: Definition): (token: string) => number {
  const { table, refuse } = definition;
  const pairs = mergesOf(definition);
  const known = new Set(pairs.map((pair) => pair.join("\n")));
  const scores = new Map<string, number>();
  pairs.forEach((pair, rank) => {
    const whole = pair.join("");
    if (!scores.has(whole)) scores.set(whole, -rank);
    else if (pairs[rank - 1]!.join("") !== whole) refuse("a merge", pair, "llama.cpp makes each token at one rank, and this one has two");
  });
  for (const [token, id] of table.ids) {
    if (table.added.has(id) || bytesOfToken(token)) continue;
    for (let i = 1; i < token.length; i += 1) {
      const pair = [token.slice(0, i), token.slice(i)] as const;
      const mayJoin = pair.every((part) => table.ids.has(part) && !table.special.has(table.ids.get(part)!));
      if (mayJoin && !known.has(pair.join("\n"))) refuse("a pair without a merge", pair, "llama.cpp joins every pair that makes a token");
    }
  }
  return (token) => scores.get(token) ?? (bytesOfToken(token) ? 0 : -pairs.length);
}

/** What becomes of spaces. */
function spaces({ model, normalizer, pre_tokenizer, table, refuse }: Definition): GgufMetadata {
  let [isWritten, hasPrefix] = [false, false];
  for (const step of stepsOf(normalizer)) {
    const { type, prepend, pattern, content } = step;
    if (type === "Prepend" && prepend === SPACE) hasPrefix = true;
    else if (type === "Replace" && isMapping(pattern) && pattern.String === " " && content === SPACE) isWritten = true;
    else refuse("a step of normalizer", step, `llama.cpp only writes spaces as ${SPACE}`);
  }
  if (isMapping(pre_tokenizer)) {
    const { type, replacement = SPACE, prepend_scheme, add_prefix_space, split } = pre_tokenizer;
    if (type !== "Metaspace" || replacement !== SPACE) refuse("pre_tokenizer", pre_tokenizer, `llama.cpp only writes spaces as ${SPACE}`);
    const across = split === false ? undefined : [...table.ids.keys()].find((token) => token.indexOf(SPACE, 1) > 0);
    if (across !== undefined) refuse("a token across words", across, "llama.cpp cuts no words there, and this pre_tokenizer does");
    isWritten = true;
    hasPrefix = (prepend_scheme ?? (add_prefix_space === false ? "never" : "always")) !== "never";
  }
  if (!isWritten) refuse("normalizer", normalizer, `llama.cpp writes spaces as ${SPACE}`);
  const prefix = { "tokenizer.ggml.add_space_prefix": bool(hasPrefix) };
  return model.type === "Unigram" ? { ...prefix, "tokenizer.ggml.remove_extra_whitespaces": bool(false) } : prefix;
}

function stepsOf(section: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!isMapping(section)) return [];
  return section.type === "Sequence" && Array.isArray(section.normalizers) ? section.normalizers.flatMap(stepsOf) : [section];
}
