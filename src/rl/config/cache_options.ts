import { CACHE_STORAGE } from "../../ops/cache_storage.ts";
import { adjustable, oneOf } from "../../options/schema.ts";

/** How sampling keeps what it remembers of a sequence. */
export const cacheOptions = {
  cacheStorage: adjustable(
    oneOf(CACHE_STORAGE),
    "f32",
    "How keys and values of earlier tokens are kept while sampling. f16 takes half the memory and rounds them to 11 bits, so that log-probabilities of sampling and training differ a little; tis corrects for it, and losses that take small differences for a change of the policy, such as gspo, need it. The model's heads must have a multiple of 4 numbers.",
  ),
};
