import type { PolicyLoss } from "../loss/define.ts";
import type { TokenLossOptions } from "../ops/token_loss.ts";

/** What the policy loss needs to know; docs/method.md has the formulas. */
export interface PolicyLossOptions extends Pick<TokenLossOptions, "beta" | "kl" | "entropyCoef" | "gate" | "tau"> {
  readonly loss: PolicyLoss;
  /** Entropy and log-probabilities are those of logits / temperature. */
  readonly temperature: number;
  readonly alphaNorm: "all" | "gated";
  readonly aggregate: "token-mean" | "sequence-mean" | "constant";
  /** Share of the tokens, those at which entropy is highest, whose surrogate counts; absent: 1. */
  readonly tokenShare?: number;
}
