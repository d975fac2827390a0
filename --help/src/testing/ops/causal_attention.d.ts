import type { HeadLayout } from "../../ops/heads.js";
import type { HostValue } from "../check_op.js";
import type { OpCase } from "../op_case.js";
/** Where the sequence of every row begins and ends, for sequences of these lengths. */
export declare function packedSequences(lengths: readonly number[]): {
    sequence_start: HostValue;
    sequence_end: HostValue;
    rows: number;
};
export declare function packedColumns({ heads, keyValueHeads, headDim }: HeadLayout): number;
export declare const causalAttentionCases: readonly OpCase[];
