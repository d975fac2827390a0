import type { GateOptions } from "../../ops/gate.js";
import type { TOKEN_STATISTICS } from "../../ops/records.js";
/** Whether alpha reweights a token. */
export declare function isGated({ logp, effect }: ReturnType<typeof TOKEN_STATISTICS.read>, { gate, tau }: GateOptions): boolean;
