import type { Node } from "../../graph/trace.js";
import type { MatmulCall } from "./problem.js";
/** The call that also does what a reader of the product does, in its epilogue: add, gelu or the gradient of gelu. */
export declare function fuseReader(call: MatmulCall, reader: Node): MatmulCall | undefined;
