import { FileError } from "../io/file_error.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { exactPreTokenizer } from "./pre_tokenizer.ts";

type Definition = Readonly<Record<string, unknown>>;

/**
 * A tokenizer.json as @huggingface/tokenizers needs it to give the ids that Hugging Face's own library gives.
 * @throws FileError for what it would get wrong in silence
 */
export function exactDefinition(definition: Definition, name: string): Definition {
  refuseInexact(definition, name);
  return {
    added_tokens: [],
    post_processor: null,
    decoder: null,
    ...definition,
    normalizer: exactNormalizer(definition.normalizer ?? null),
    pre_tokenizer: exactPreTokenizer(definition.pre_tokenizer ?? null),
  };
}

function refuseInexact({ model, added_tokens, normalizer, post_processor }: Definition, name: string): void {
  const { type, dropout, continuing_subword_prefix: prefix, vocab } = isMapping(model) ? model : ({} as Record<string, unknown>);
  const refuse = (what: string, value: unknown, remedy: string): never => {
    throw new FileError(`${name}: ${what} is ${quoted(value)}, which is not supported; ${remedy}.`);
  };
  if (typeof dropout === "number" && dropout > 0)
    refuse("model.dropout", dropout, "set it to null, so that a text always has the same ids");
  if (type === "BPE" && prefix !== undefined && prefix !== null && prefix !== "") {
    refuse("model.continuing_subword_prefix", prefix, "use a tokenizer whose tokens need no prefix");
  }
  const single = listOf(added_tokens).find(({ single_word }) => single_word === true);
  if (single) refuse(`single_word of the added token ${quoted(single.content)}`, true, "set it to false");
  const precompiled = stepsOf(normalizer, "normalizers").find((step) => step.type === "Precompiled");
  if (precompiled) refuse("normalizer", "Precompiled", "use a tokenizer with byte-level BPE, or one with byte_fallback");
  const ids = new Map(isMapping(vocab) ? Object.entries(vocab) : []);
  for (const { content, id } of listOf(added_tokens)) ids.set(String(content), id);
  for (const step of stepsOf(post_processor, "processors")) checkTemplate(step, ids, name);
}

/** Refuses a template whose special tokens have other ids than the vocabulary gives them. */
function checkTemplate({ type, special_tokens }: Definition, ids: ReadonlyMap<string, unknown>, name: string): void {
  if (type !== "TemplateProcessing" || !isMapping(special_tokens)) return;
  for (const [token, special] of Object.entries(special_tokens)) {
    const given = isMapping(special) ? special.ids : undefined;
    if (Array.isArray(given) && given.length === 1 && given[0] === ids.get(token)) continue;
    const known = ids.has(token) ? `the vocabulary gives it ${quoted(ids.get(token))}` : "the vocabulary lacks it";
    throw new FileError(`${name}: post_processor gives ${quoted(token)} the ids ${quoted(given)}; ${known}; make them agree.`);
  }
}

/** The content of a replacement is text: JavaScript would take its dollar signs for parts of the match. */
function exactNormalizer(section: unknown): unknown {
  if (!isMapping(section)) return section;
  if (Array.isArray(section.normalizers)) return { ...section, normalizers: section.normalizers.map(exactNormalizer) };
  const { type, content } = section;
  return type === "Replace" && typeof content === "string" ? { ...section, content: content.replaceAll("$", "$$$$") } : section;
}

/** A section, or those of a sequence one after the other. */
function stepsOf(section: unknown, key: string): readonly Definition[] {
  if (!isMapping(section)) return [];
  return section.type === "Sequence" ? listOf(section[key]).flatMap((part) => stepsOf(part, key)) : [section];
}

function listOf(value: unknown): readonly Definition[] {
  return Array.isArray(value) ? value.filter(isMapping) : [];
}
