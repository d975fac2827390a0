import { z } from "zod";
import type { Contradiction } from "../../options/define.ts";
import { option, text } from "../../options/schema.ts";

const ALLOWED = "a regular expression of JavaScript";

/** The option of a regular expression. */
export function pattern(value: string, description: string) {
  return option(text(ALLOWED), value, description);
}

/** The option of a regular expression's flags. */
export function flags(value: string) {
  return option(
    z
      .string({ error: "letters of d, i, m, s, u, v" })
      .refine((letters) => /^[dimsuv]*$/.test(letters) && isPattern("", letters), { error: "letters of d, i, m, s, u, v" }),
    value,
    "Flags of the regular expression: i ignores capitals, s lets a dot match line ends.",
  );
}

/** Flags decide what is a pattern: `\-` is none with u, and `[a--b]` is one with v alone. */
export function patternProblems(given: { readonly pattern: string; readonly flags: string }): Contradiction[] {
  if (isPattern(given.pattern, given.flags)) return [];
  const beside = given.flags === "" ? "" : ` with the flags ${given.flags}`;
  return [{ option: "pattern", value: given.pattern, allowed: `${ALLOWED}${beside}` }];
}

function isPattern(source: string, letters: string): boolean {
  try {
    new RegExp(source, letters);
    return true;
  } catch {
    return false;
  }
}
