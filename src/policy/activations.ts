import { storeHalf } from "../graph/half.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Node } from "../graph/trace.ts";
import { fromHalf } from "../ops/from_half.ts";
import { toHalf } from "../ops/to_half.ts";

/** How activations wait for the backward pass. f16 takes half the memory, and gradients are then those of rounded activations. */
export const ACTIVATION_STORAGE = ["f32", "f16"] as const;
export type ActivationStorage = (typeof ACTIVATION_STORAGE)[number];

/** The function that rewrites an update's plan for its activation storage; undefined for f32, which needs none. */
export function rewriteActivations(
  storage: ActivationStorage = "f32",
  keep: readonly Tensor[] = [],
): ((nodes: readonly Node[]) => readonly Node[]) | undefined {
  return storage === "f16" ? (nodes) => storeHalf(nodes, { keep, toHalf, fromHalf }) : undefined;
}
