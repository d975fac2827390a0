import type { EntropyReduceOptions } from "../../ops/entropy_reduce.js";
import type { HostValues } from "../check_op.js";
/** The state with the entropies and counts of the rows whose mask is 1 + class, of each class and of all classes. */
export declare function entropyReduceReference({ statistics, token_inputs, control }: HostValues, options: EntropyReduceOptions): {
    control: Float64Array;
};
