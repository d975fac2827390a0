import { z } from "zod";
import { adjustable, flag, oneOf } from "../../options/schema.ts";
import { ACTIVATION_STORAGE } from "../../policy/activations.ts";
import { BYTES_ALLOWED, parseBytes } from "../memory/bytes.ts";

/** How much memory learning takes, whatever is learned: options of `grpo` and of `sft`. None changes what is computed but by rounding. */
export const memoryOptions = {
  activations: adjustable(
    oneOf(ACTIVATION_STORAGE),
    "f32",
    "How activations are kept for the backward pass. f16 takes half the memory and rounds them to 11 bits; the loss itself is computed from unrounded activations.",
  ),
  recompute: adjustable(
    flag(),
    false,
    "Whether each block of the model keeps its input alone for the backward pass, and is computed again there. It takes about a quarter more time and a fraction of the memory, and gradients keep their bits.",
  ),
  logitsBytes: adjustable(
    z
      .union([z.string(), z.number()])
      .nullable()
      .refine((amount) => amount === null || parseBytes(amount) !== undefined, {
        error: `${BYTES_ALLOWED}, or null (16MiB, or 256 tokens)`,
      }),
    null,
    "The most memory that logits take at one time, such as 8MiB. A batch that needs more takes them in chunks, which are computed again for the backward pass. null is 16MiB, or as much as 256 tokens need, up to 160MiB.",
  ),
};
