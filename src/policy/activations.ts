import { storeHalf } from "../graph/half.ts";
import { recomputeBlocks } from "../graph/recompute.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Node } from "../graph/trace.ts";
import { fromHalf } from "../ops/from_half.ts";
import { toHalf } from "../ops/to_half.ts";

/** How activations wait for the backward pass. f16 takes half the memory, and gradients are then those of rounded activations. */
export const ACTIVATION_STORAGE = ["f32", "f16"] as const;
export type ActivationStorage = (typeof ACTIVATION_STORAGE)[number];

/** What the forward pass leaves for the backward pass. */
export interface ActivationOptions {
  readonly activations?: ActivationStorage | undefined;
  /** Whether each block of the model keeps its input alone, and is computed again before its backward pass. Gradients keep their bits. */
  readonly recompute?: boolean | undefined;
}

/** The function that rewrites an update's plan for its activations; undefined where all stay as they are. `keep` outlives the plan. */
export function rewriteActivations(
  { activations = "f32", recompute = false }: ActivationOptions,
  keep: readonly Tensor[] = [],
): ((nodes: readonly Node[]) => readonly Node[]) | undefined {
  if (activations === "f32" && !recompute) return undefined;
  return (nodes) => {
    // Rounding comes first, so that what is computed again is rounded as it would have been.
    const stored = activations === "f16" ? storeHalf(nodes, { keep, toHalf, fromHalf }) : nodes;
    return recompute ? recomputeBlocks(stored, keep) : stored;
  };
}
