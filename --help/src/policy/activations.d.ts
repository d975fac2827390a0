import type { Tensor } from "../graph/tensor.js";
import type { Node } from "../graph/trace.js";
/** How activations wait for the backward pass. f16 takes half the memory, and gradients are then those of rounded activations. */
export declare const ACTIVATION_STORAGE: readonly ["f32", "f16"];
export type ActivationStorage = (typeof ACTIVATION_STORAGE)[number];
/** The function that rewrites an update's plan for its activation storage; undefined for f32, which needs none. */
export declare function rewriteActivations(storage?: ActivationStorage, keep?: readonly Tensor[]): ((nodes: readonly Node[]) => readonly Node[]) | undefined;
