import type { OpCase } from "../op_case.js";
export declare const layerNormCases: readonly OpCase[];
