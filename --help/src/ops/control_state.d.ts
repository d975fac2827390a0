import { type Tensor } from "../graph/tensor.js";
import { type Inputs } from "./define.js";
/** How many loops a state has. @throws when its length is not that of a Control and at least one Loop */
export declare function loopCount(op: string, inputs: Inputs & {
    readonly control: Tensor;
}): number;
