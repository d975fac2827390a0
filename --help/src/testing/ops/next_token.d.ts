import type { OpCase } from "../op_case.js";
/** A greedy draw, which needs no random numbers; the group `sampling` of `verify` draws at random. */
export declare const nextTokenCases: readonly OpCase[];
