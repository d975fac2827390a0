import { adjustable, decimal, oneOf, section } from "../options/schema.ts";
import { defineLoss } from "./define.ts";
import { MOST_RATIO, type Token } from "./token.ts";

/** The bounds of the paper's experiments (arXiv 2602.04879, section 5). */
const DELTAS = { tv: 0.2, kl: 0.05 } as const;

/**
 * DPPO (Qi et al. 2026, arXiv 2602.04879): the policy gradient of the tokens whose distribution has not moved far. Its ratio is bounded as in
 * section 5.4. The divergence is the paper's binary estimate, which needs only the two probabilities of the sampled token.
 */
export const dppo = defineLoss({
  key: "dppo",
  description: "The policy gradient, masked by an estimate of the divergence from the old policy and not by the ratio.",
  options: section({
    dppoDivergence: adjustable(
      oneOf(["tv", "kl"]),
      "tv",
      "The divergence that masks tokens: tv is the change of the sampled token's probability, kl the divergence of sampled token against all others.",
    ),
    dppoDelta: adjustable(
      decimal({ above: 0, max: 20 }, "0.2 for tv, 0.05 for kl").nullable(),
      null,
      "A token stops learning once the divergence is above this and its probability has moved the way that its advantage pushes. null is 0.2 for tv and 0.05 for kl.",
    ),
    dppoBound: adjustable(decimal({ min: 1e-8, max: MOST_RATIO }), 20, "The most that a probability ratio weighs a token."),
  }),
  parameters: ({ dppoDivergence, dppoDelta, dppoBound }) => ({
    delta: dppoDelta ?? DELTAS[dppoDivergence],
    bound: dppoBound,
    by_kl: dppoDivergence === "kl" ? 1 : 0,
  }),
  surrogate: (token, { dppoDivergence, dppoDelta, dppoBound }) => {
    const { logp, oldLogp, advantage, detachedRatio } = token;
    const isFar = divergences[dppoDivergence](token) > (dppoDelta ?? DELTAS[dppoDivergence]);
    const low = isFar && advantage < 0 && logp < oldLogp;
    const high = isFar && advantage > 0 && logp > oldLogp;
    const slope = low || high ? 0 : -Math.min(detachedRatio, dppoBound) * advantage;
    return { value: slope * logp, slope, low, high };
  },
  scalesWithAdvantage: true,
});

type Probabilities = Pick<Token, "logp" | "oldLogp">;

const divergences = {
  tv: ({ logp, oldLogp }: Probabilities): number => Math.abs(Math.exp(logp) - Math.exp(oldLogp)),
  kl: ({ logp, oldLogp }: Probabilities): number => {
    const [others, oldOthers] = [logp, oldLogp].map((one) => Math.max(-Math.expm1(one), 1e-8)) as [number, number];
    return Math.exp(oldLogp) * (oldLogp - logp) + oldOthers * Math.log(oldOthers / others);
  },
};
