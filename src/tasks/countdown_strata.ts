import type { TextProblem } from "./task.ts";

/** What a countdown problem can be told apart by. */
export const STRATA = ["operators", "answers"] as const;

/** Most right answers of a problem with few of them, and of one with some. */
const [FEW, SOME] = [4, 12];

/**
 * The stratum of a problem by its right answers. By `operators`: `plus` where adding all numbers is right, else `minus` where an answer does
 * without a product, else `times`. By `answers`: `few` (at most 4), `some` (at most 12) or `many`.
 */
export function stratumOf(by: (typeof STRATA)[number], solutions: readonly string[]): string {
  if (by === "answers") return solutions.length <= FEW ? "few" : solutions.length <= SOME ? "some" : "many";
  if (solutions.some((solution) => !/[*-]/.test(solution))) return "plus";
  return solutions.some((solution) => !solution.includes("*")) ? "minus" : "times";
}

/** The problems with those of the first kind repeated in turn, evenly spread, until they are `share` of the list (below 1). */
export function withShare<P extends TextProblem>(problems: readonly P[], isFirst: (problem: P) => boolean, share: number): readonly P[] {
  const first = problems.filter(isFirst);
  const others = problems.filter((problem) => !isFirst(problem));
  const wanted = Math.round((share / (1 - share)) * others.length);
  if (first.length === 0 || others.length === 0) return problems;
  const total = wanted + others.length;
  return Array.from({ length: total }, (_, place) => {
    const before = Math.floor((place * wanted) / total);
    const isTurn = Math.floor(((place + 1) * wanted) / total) > before;
    return isTurn ? first[before % first.length]! : others[place - before]!;
  });
}
