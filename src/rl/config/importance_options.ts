import { z } from "zod";
import { MOST_RATIO } from "../../loss/token.ts";
import { refusal } from "../../options/problems.ts";
import { quoted } from "../../options/quote.ts";
import { adjustable, decimal } from "../../options/schema.ts";

/** The least and the most that a weight may be. */
export type Band = readonly [number, number];

function isBand(value: unknown): value is Band {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [least, most] = value as [unknown, unknown];
  return typeof least === "number" && typeof most === "number" && least >= 0 && least <= most && most <= MOST_RATIO && most > 0;
}

const band = z
  .custom<Band>(isBand, { error: `two numbers from 0 to ${MOST_RATIO}, the smaller first, such as [0.5, 2], or null (off)` })
  .nullable();

/** The ways to weigh tokens by their probability in the trainer over that in the sampler, of which a run has one at most. */
export const importanceOptions = {
  tis: adjustable(
    decimal({ min: 1e-6, max: MOST_RATIO }, "off").nullable(),
    null,
    "The bound of truncated importance sampling. The trainer scores the completions again and weighs each token by its probability in the trainer over that in the sampler, but by no more than this bound. 2 is usual; null does not score again.",
  ),
  icepop: adjustable(
    band,
    null,
    "The range of IcePop, such as [0.5, 2]. Tokens are weighed as with tis, but a token whose weight lies outside the range does not learn. null does not score again.",
  ),
  mis: adjustable(
    band,
    null,
    "The range of masked importance sampling by sequence, such as [0.5, 2]. A sequence is weighed by its probability in the trainer over that in the sampler, and does not learn where its weight lies outside the range. null does not score again.",
  ),
};

type Importance = { readonly [Name in keyof typeof importanceOptions]: z.output<(typeof importanceOptions)[Name]> };

/** Whether the trainer scores completions again, so that the policy that sampled is measured as the trainer computes it. */
export function isCorrected({ tis, icepop, mis }: Importance): boolean {
  return tis !== null || icepop !== null || mis !== null;
}

/** More than one way to weigh tokens. */
export function importanceProblems(grpo: Importance): string[] {
  const chosen = (["tis", "icepop", "mis"] as const).filter((name) => grpo[name] !== null);
  const [first, ...others] = chosen;
  return others.map((name) => {
    return refusal(
      `grpo.${name}`,
      grpo[name],
      `null beside grpo.${first} (${quoted(grpo[first!])}), because tokens are weighed in one way only`,
    );
  });
}

/** Weights of single tokens beside a loss that has one for a sequence. */
export function icepopProblems({ icepop }: Pick<Importance, "icepop">, loss: string): string[] {
  if (icepop === null) return [];
  return [refusal("grpo.icepop", icepop, `null with loss ${loss}, which has one weight for a sequence; grpo.mis masks whole sequences`)];
}
