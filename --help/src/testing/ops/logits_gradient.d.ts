import type { OpCase } from "../op_case.js";
export declare const logitsGradientCases: readonly OpCase[];
