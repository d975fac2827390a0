import type { OpCase } from "../op_case.js";
export declare const gradientNormCases: readonly OpCase[];
