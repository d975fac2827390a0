import { type Document, isScalar, parseDocument, visit, type YAMLError } from "yaml";
import { ConfigError } from "./problems.ts";
import { brief, quoted, reasonOf } from "./quote.ts";

/** No configuration is longer. Whoever names a file of weights by mistake is told so without waiting. */
const MOST_YAML_CHARACTERS = 2 ** 20;

/** Deeper than any configuration; a list that contains itself has no end. */
const DEEPEST = 32;
const TOO_DEEP = `it is nested deeper than ${DEEPEST} levels, or contains itself`;

/**
 * The plain data of a YAML text. `name` stands for the text in messages.
 * @throws ConfigError, one line, for what is not YAML, and for YAML that cannot be meant: several documents, a key that stands twice, tags,
 * aliases that multiply, are unknown or contain themselves
 */
export function readYaml(text: string, name: string): unknown {
  const refuse = (problem: string): never => {
    throw new ConfigError([`${brief(name)} is not valid YAML: ${problem}`]);
  };
  if (text.length > MOST_YAML_CHARACTERS) refuse(`it has more than ${MOST_YAML_CHARACTERS} characters; is it another file?`);
  if (mayNestDeeply(text)) refuse(TOO_DEEP);
  try {
    // The library looks for repeated keys in time that grows with their square, so that is done below.
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: "error" });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) return refuse(describe(problem, text));
    const wrongKey = problemOfKeys(document);
    if (wrongKey !== undefined) return refuse(wrongKey);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return isDeeperThan(value, DEEPEST) ? refuse(TOO_DEEP) : value;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    return refuse(reasonOf(error));
  }
}

/** The library would describe all errors, which takes long where there are thousands in one line. */
function describe({ code, message, pos: [begin] }: YAMLError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "it holds several documents; keep one";
  const before = text.slice(0, begin).split("\n");
  return `${brief(message)} at line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

/** What is wrong with the keys of a document's mappings: one stands twice, or is a list or a mapping. */
function problemOfKeys(document: Document.Parsed): string | undefined {
  let problem: string | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) problem = "a list, a mapping or an alias stands for a key; write a text";
        else if (keys.has(key.value)) problem = `the key ${quoted(key.value)} stands twice in one mapping; remove one of them`;
        else keys.add(key.value);
        if (problem !== undefined) return visit.BREAK;
      }
      return undefined;
    },
  });
  return problem;
}

/**
 * Whether a text opens so many brackets, or begins a line with so many spaces and dashes, that the library could run out of memory: it
 * builds a regular expression as large as the depth, and V8 ends the process where that is too large.
 */
function mayNestDeeply(text: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    else if ((character === "]" || character === "}") && open > 0) open -= 1;
    if (open > MOST_OPEN) return true;
  }
  return DEEP_LINE.test(text);
}

const MOST_OPEN = 200;
const DEEP_LINE = /^[ \t?:-]{1000}/m;

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
