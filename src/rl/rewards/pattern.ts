import { z } from "zod";
import { option, text } from "../../options/schema.ts";

const allowed = "a regular expression of JavaScript";

/** The option of a regular expression. */
export function pattern(value: string, description: string) {
  return option(
    text(allowed).refine((source) => isPattern(source), { error: allowed }),
    value,
    description,
  );
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

function isPattern(source: string, letters = ""): boolean {
  try {
    new RegExp(source, letters);
    return true;
  } catch {
    return false;
  }
}
