import { storeHalf } from "../graph/half.js";
import { fromHalf } from "../ops/from_half.js";
import { toHalf } from "../ops/to_half.js";
/** How activations wait for the backward pass. f16 takes half the memory, and gradients are then those of rounded activations. */
export const ACTIVATION_STORAGE = ["f32", "f16"];
/** The function that rewrites an update's plan for its activation storage; undefined for f32, which needs none. */
export function rewriteActivations(storage = "f32", keep = []) {
    return storage === "f16" ? (nodes) => storeHalf(nodes, { keep, toHalf, fromHalf }) : undefined;
}
