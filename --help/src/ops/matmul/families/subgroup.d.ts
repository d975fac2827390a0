import { type Scalar } from "../../../graph/scalar.js";
import { type MatmulSizes } from "../problem.js";
import type { Family } from "./family.js";
/** For software adapters, where subgroup shuffles are nearly free and workgroup memory is slow. */
export declare const subgroup: Family;
/** The shape of packed b: [K, N rounded up to whole quads]. */
export declare function packedShape({ columns, inner }: MatmulSizes): Scalar[];
