import type { Tensor } from "./tensor.js";
import type { Node } from "./trace.js";
/**
 * Joins a node with the node that reads its result, where one kernel does the work of both (Node.fuse). The result between them is
 * then never written, so no other node may read it. A joined node is not joined again.
 */
export declare function fuseNodes(traced: readonly Node[], keep: readonly Tensor[]): readonly Node[];
