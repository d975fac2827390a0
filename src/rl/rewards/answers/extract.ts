import { plainMath } from "./number.ts";

/**
 * The final answer that a text gives, as it is written there. The first of these that is found counts: what stands inside the last
 * <answer>...</answer>, in the last \boxed{...}, after the last "####", after the last "answer is" or "answer:", the last number. Where a
 * model thinks first, only what follows </think> counts. undefined where there is none of them.
 */
export function finalAnswer(text: string): string | undefined {
  const said = text.split("</think>").at(-1)!;
  const tagged = taggedAnswer(said);
  const inside = tagged ?? said;
  return boxed(inside) ?? afterHashes(inside) ?? afterPhrase(inside) ?? (tagged === undefined ? lastNumber(inside) : tagged.trim());
}

/** What stands before the last </answer> and after the <answer> before it. */
function taggedAnswer(text: string): string | undefined {
  const end = text.lastIndexOf("</answer>");
  const begin = end < 0 ? -1 : text.lastIndexOf("<answer>", end);
  return begin < 0 ? undefined : text.slice(begin + "<answer>".length, end);
}

/** The content of the last \boxed or \fbox, with nested braces; undefined where the last one is not closed. */
function boxed(text: string): string | undefined {
  const begin = Math.max(text.lastIndexOf("\\boxed"), text.lastIndexOf("\\fbox"));
  if (begin < 0) return undefined;
  const after = /^\\(?:boxed|fbox)\s*/.exec(text.slice(begin, begin + 64))![0].length + begin;
  if (text[after] !== "{") return /^[^\s$.,;]+/.exec(text.slice(after, after + 64))?.[0];
  let depth = 0;
  for (let i = after; i < text.length; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === "{") depth += 1;
    else if (text[i] === "}" && --depth === 0) return text.slice(after + 1, i).trim();
  }
  return undefined;
}

function afterHashes(text: string): string | undefined {
  const at = text.lastIndexOf("####");
  if (at < 0) return undefined;
  return firstLine(text.slice(at).replace(/^#+/, ""));
}

function afterPhrase(text: string): string | undefined {
  const phrases = [...text.matchAll(/\banswers?\b(?:\s+is|\s+are|\s*=|\**\s*:)\**:?/gi)];
  const last = phrases.at(-1);
  if (last === undefined) return undefined;
  const sentence = firstLine(text.slice(last.index + last[0].length)).split(/[.!?](?:\s|$)/)[0]!;
  return sentence.trim() === "" ? undefined : sentence.trim();
}

function firstLine(text: string): string {
  return text.trimStart().split("\n")[0]!.trim();
}

const NUMBER = String.raw`(?:\\frac\{[^{}]{1,40}\}\{[^{}]{1,40}\}|(?:\d{1,3}(?:,\d{3})+|\d{1,200})(?:\.\d{1,200})?|\.\d{1,200})`;
const SIGNED = new RegExp(
  String.raw`(?:(?<![\w.]|[\d)\]}]\s?)[-+])?\$?(?:\d{1,9} (?=\d{1,9}/\d|\\frac))?${NUMBER}(?: ?/ ?(?:\d{1,200}(?:\.\d{1,200})?))?(?:[eE][-+]?\d{1,3}|%)?`,
  "g",
);

/** The last number of a running text. The sign of a number after another value is an operation. */
export function lastNumber(text: string): string | undefined {
  return plainMath(text.slice(-LONGEST_SCAN)).match(SIGNED)?.at(-1);
}

/** The first number of a running text. */
export function firstNumber(text: string): string | undefined {
  return plainMath(text.slice(0, LONGEST_SCAN)).match(SIGNED)?.[0];
}

const LONGEST_SCAN = 10_000;
