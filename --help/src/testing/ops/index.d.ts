import type { ops } from "../../ops/index.js";
import type { OpCase } from "../op_case.js";
/** The cases of every op of the library, by the op's name. An op without cases does not compile. */
export declare const opCases: Readonly<Record<keyof typeof ops, readonly OpCase[]>>;
