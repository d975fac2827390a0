import type { OpCase } from "../op_case.js";
export declare const tokenStatisticsCases: readonly OpCase[];
