import { NotFiniteError } from "../gpu/errors.ts";
import type { Completion } from "./completion.ts";

/** @throws NotFiniteError where the model gave a token a log-probability that is not finite: what was drawn then means nothing */
export function requireFiniteCompletions(completions: readonly Pick<Completion, "logprobs" | "entropies">[]): void {
  const wrong = completions.filter(({ logprobs, entropies }) => ![...logprobs, ...entropies].every(Number.isFinite)).length;
  if (wrong === 0) return;
  throw new NotFiniteError(
    `the model's logits, divided by the temperature, are not finite in ${wrong} of ${completions.length} completions; take another checkpoint, or a temperature nearer 1`,
  );
}
