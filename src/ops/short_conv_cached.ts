import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { cacheConditions, isCache } from "./cache_storage.ts";
import type { DecodedRows } from "./decode_attention.ts";
import { defineOp, shapeError } from "./define.ts";
import { type ConvolutionWeights, convolutionVariant, requireConvolution } from "./short_conv.ts";

type In = {
  bcx: Tensor;
  weight: Tensor;
  bias: Tensor | undefined;
  origin: Tensor;
  positions: Tensor;
  prompt: Tensor | undefined;
  cache: Tensor;
};

/**
 * short_conv that keeps B x in a cache [T, 1, C] (in 16 bits [T, 1, C / 2] u32), in place. With `prompt` [N, 2] u32 rows are one new one of
 * each sequence, and earlier ones are those of the cache.
 */
export const shortConvCachedOp = defineOp<In, "cache" | "y">({
  name: "short_conv_cached",
  shape: (inputs) => {
    requireConvolution("short_conv_cached", inputs);
    const { bcx, weight, origin, prompt, cache } = inputs;
    const channels = weight.size(0);
    const isPlaced = origin.shape.length === 1 && (!prompt || (prompt.shape.length === 2 && prompt.shape[1] === 2));
    if (!isPlaced || !isCache(cache, { keyValueHeads: 1, headDim: channels })) {
      throw shapeError("short_conv_cached", inputs, `origin [N], prompt [N, 2] where there is one, and a cache [T, 1, ${channels}]`);
    }
    return { cache: { inPlaceOf: cache }, y: { shape: [bcx.shape[0]!, channels] } };
  },
  forward: ({ inputs, outputs }) => {
    const { variant, columns, bias } = convolutionVariant(inputs);
    const rows = inputs.bcx.shape[0]!;
    // Where there are no prompts, `prompt` is not read.
    const prompt = inputs.prompt ?? inputs.origin;
    const conditions = { ...variant.conditions, DECODE: inputs.prompt !== undefined, ...cacheConditions(outputs.cache) };
    return [
      {
        kernel: "conv/short_conv_cached",
        variant: { ...variant, conditions },
        bindings: { ...inputs, bias, prompt, ...outputs },
        partly: ["cache"],
        parameters: { rows, columns },
        workgroups: ceilDivide(product(rows, columns), 64),
      },
    ];
  },
});

/** Where rows of a convolution have their places in a cache [T, 1, C]; `prompt` where they are one new row of each sequence. */
export type CachedProducts = Pick<DecodedRows, "positions" | "origin"> & {
  readonly cache: Tensor;
  readonly prompt?: Tensor | undefined;
};

/** shortConv of whole prompts, or of one new row of each sequence, which keeps what later rows need in the cache. bcx: [N, 3 C] -> [N, C] */
export function shortConvCached(bcx: Tensor, rows: CachedProducts, { weight, bias }: ConvolutionWeights): Tensor {
  const { positions, origin, cache, prompt } = rows;
  return shortConvCachedOp({ bcx, weight, bias, origin, positions, prompt, cache }, {}).y;
}
