import { isMapping } from "../options/problems.ts";

type Section = Readonly<Record<string, unknown>>;

/** How GPT-2 cuts a text into words. */
export const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const PUNCTUATION = "[\\p{P}!-\\/:-@\\[-`{-~]";

/**
 * A section `pre_tokenizer` written in the kinds that @huggingface/tokenizers cuts exactly as Hugging Face's own library does. Its
 * Whitespace, Digits and Punctuation know ASCII only or join what stands apart, its Split knows one behavior, and its Metaspace cuts nothing.
 */
export function exactPreTokenizer(section: unknown): unknown {
  if (!isMapping(section)) return section;
  switch (section.type) {
    case "Sequence": {
      const parts = Array.isArray(section.pretokenizers) ? section.pretokenizers.map(exactPreTokenizer) : section.pretokenizers;
      return { ...section, pretokenizers: parts };
    }
    case "Split":
      return exactSplit(section);
    case "Whitespace":
      return { type: "Split", pattern: { Regex: "\\w+|[^\\w\\s]+" }, behavior: "Removed", invert: true };
    case "Digits":
      return isolated(section.individual_digits === true ? "\\p{N}" : "\\p{N}+");
    case "Punctuation":
      return exactSplit({ type: "Split", pattern: { Regex: PUNCTUATION }, behavior: section.behavior ?? "Isolated" });
    case "ByteLevel":
      return section.use_regex === false || section.add_prefix_space === true
        ? section
        : sequence(isolated(GPT2_WORDS), { ...section, use_regex: false });
    case "Metaspace":
      return exactMetaspace(section);
    default:
      return section;
  }
}

/** Each behavior as one whose pieces are the matches of a pattern and what lies between them. */
function exactSplit(split: Section): Section {
  const { pattern, behavior, invert } = split;
  const source = isMapping(pattern) ? (pattern.Regex ?? escaped(pattern.String)) : undefined;
  if (typeof source !== "string") return split;
  const other = `(?:(?!${source})[\\s\\S])`;
  switch (String(behavior).toLowerCase()) {
    // Matches and what lies between them are the same pieces, whichever of the two is called a match.
    case "isolated":
      return isolated(source);
    case "contiguous":
      return isolated(`(?:${source})+`);
    case "mergedwithprevious":
      return invert === true ? split : isolated(`${other}*(?:${source})|${other}+`);
    case "mergedwithnext":
      return invert === true ? split : isolated(`(?:${source})${other}*|${other}+`);
    default:
      return { ...split, pattern: { Regex: source } };
  }
}

function exactMetaspace(section: Section): Section {
  const scheme = section.prepend_scheme ?? (section.add_prefix_space === false ? "never" : "always");
  const metaspace = { ...section, prepend_scheme: scheme };
  if (section.split === false) return metaspace;
  const words = { type: "Split", pattern: { String: section.replacement ?? "\u2581" }, behavior: "MergedWithNext" };
  return sequence(metaspace, exactSplit(words));
}

function isolated(regex: string): Section {
  return { type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false };
}

function sequence(...pretokenizers: readonly unknown[]): Section {
  return { type: "Sequence", pretokenizers };
}

function escaped(text: unknown): string | undefined {
  return typeof text === "string" ? text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") : undefined;
}
