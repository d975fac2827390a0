import type { GateOptions } from "../../ops/gate.ts";
import type { TOKEN_STATISTICS } from "../../ops/records.ts";

/** Whether alpha reweights a token. */
export function isGated({ logp, effect }: ReturnType<typeof TOKEN_STATISTICS.read>, { gate, tau }: GateOptions): boolean {
  if (gate === "none") return false;
  return gate === "entropy-effect" ? effect !== 0 : tau <= 0 || Math.exp(logp) > tau;
}
