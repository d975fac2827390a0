import { type Layout, type MatmulFamily } from "../../ops/matmul/op.js";
import type { HostValue } from "../check_op.js";
import type { OpCase } from "../op_case.js";
/** The families that compute every layout. */
export declare const FAMILIES: readonly MatmulFamily[];
/** Rows, columns and inner size of y = a b. */
export type MatmulShape = readonly [rows: number, columns: number, inner: number];
export declare function operands(layout: Layout, [rows, columns, inner]: MatmulShape): {
    a: HostValue;
    b: HostValue;
};
export declare const matmulCases: readonly OpCase[];
