import type { Template } from "@huggingface/jinja";

/** What is read here of a statement of a parsed template: its kind, and the statements inside it. */
interface Statement {
  readonly type: string;
  readonly value?: unknown;
  readonly body?: readonly Statement[];
  /** What `else` holds, of an `if` and of a loop. */
  readonly alternate?: readonly Statement[];
  readonly defaultBlock?: readonly Statement[];
  /** What a call calls. */
  readonly callee?: { readonly value?: unknown };
}

/** Statements that write nothing where they stand. */
const SILENT: readonly string[] = ["Set", "Macro", "Comment", "Break", "Continue"];

/**
 * The tag, `break` or `continue`, that may come behind text which the same turn of a loop wrote; undefined where none does. The library
 * (@huggingface/jinja 0.5.11) drops that text, where Jinja keeps it.
 */
export function losingTag(template: Template): string | undefined {
  return tagBehindText(template.parsed.body as readonly Statement[], false);
}

/** `hasText`: whether this turn of the innermost loop may have written text before. */
function tagBehindText(statements: readonly Statement[], hasText: boolean): string | undefined {
  let written = hasText;
  for (const statement of statements) {
    const { type, body = [], alternate = [], defaultBlock = [] } = statement;
    if ((type === "Break" || type === "Continue") && written) return type.toLowerCase();
    const found =
      tagBehindText(body, type === "For" ? false : written) ?? tagBehindText(alternate, written) ?? tagBehindText(defaultBlock, written);
    if (found !== undefined) return found;
    written ||= writes(statement);
  }
  return undefined;
}

function writes({ type, value, body, alternate = [], defaultBlock = [], callee }: Statement): boolean {
  if (SILENT.includes(type) || callee?.value === "raise_exception") return false;
  if (type === "CallStatement" || body === undefined) return value !== "";
  return [...body, ...alternate, ...defaultBlock].some(writes);
}
