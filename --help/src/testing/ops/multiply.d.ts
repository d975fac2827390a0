import type { OpCase } from "../op_case.js";
export declare const multiplyCases: readonly OpCase[];
