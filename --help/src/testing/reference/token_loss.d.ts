import type { PolicyLoss } from "../../loss/define.js";
import type { TokenLossOptions } from "../../ops/token_loss.js";
import type { HostValues } from "../check_op.js";
type Options = TokenLossOptions & {
    readonly loss: PolicyLoss;
};
/** Derivatives of each row's loss by logp and entropy (central differences), and the token's metrics. */
export declare function tokenLossReference(inputs: HostValues, options: Options): Record<"coefficients" | "token_metrics", Float64Array>;
export {};
