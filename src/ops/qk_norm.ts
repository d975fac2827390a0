import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, GradientSink } from "../graph/trace.ts";
import { sumParts } from "./column_sum.ts";
import { defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked } from "./heads.ts";
import { backwardBlockRows, gradientSpec, partialSpec, writtenBlocks } from "./norm_blocks.ts";
import type { RmsNormOptions } from "./rms_norm.ts";

type In = { x: Tensor; query_weight: Tensor; key_weight: Tensor };
type Attributes = { readonly layout: HeadLayout };

/** x [N, (H + 2K) D], query_weight and key_weight [D] -> y [N, (H + 2K) D], inverse_rms [N, H + K]. */
export const qkNormOp = defineOp<In, "y" | "inverse_rms", Attributes & RmsNormOptions>({
  name: "qk_norm",
  shape: (inputs, { layout }) => {
    const { x, query_weight, key_weight } = inputs;
    const { heads, keyValueHeads, headDim } = layout;
    if (!isPacked(x, layout) || query_weight.size(-1) !== headDim || key_weight.size(-1) !== headDim) {
      throw shapeError("qk_norm", inputs, `x like ${describePacked(layout)}; query_weight and key_weight [${headDim}]`);
    }
    return { y: { shape: x.shape }, inverse_rms: { shape: [x.shape[0]!, heads + keyValueHeads] } };
  },
  forward: ({ inputs, outputs, attributes: { layout, eps, weightOffset = 0 } }, device) => [
    {
      kernel: "attention/qk_norm",
      bindings: { ...inputs, ...outputs },
      ...launch(inputs.x, layout, device, { eps, weight_offset: weightOffset }),
    },
  ],
  backward: ({ inputs: { x, query_weight, key_weight }, outputs: { inverse_rms }, attributes: { layout, weightOffset = 0 } }, context) => {
    const { needs, sink } = context;
    const saved = { x, grad_y: context.gradient("y")!, inverse_rms };
    const { heads, keyValueHeads } = layout;
    const keyHeads = { layout, firstHead: heads, endHead: heads + keyValueHeads };
    return {
      x: needs("x") ? qkNormBackward({ ...saved, query_weight, key_weight }, { layout, weightOffset }).grad_x : undefined,
      query_weight: needs("query_weight")
        ? weightGradient(saved, { layout, firstHead: 0, endHead: heads }, sink("query_weight"))
        : undefined,
      key_weight: needs("key_weight") ? weightGradient(saved, keyHeads, sink("key_weight")) : undefined,
    };
  },
});

/** Invocations that share a head vector (lib/head_team). */
const TEAM = { software: 1, hardware: 8 } as const;

function launch(x: Tensor, layout: HeadLayout, { software }: DeviceTraits, parameters: Readonly<Record<string, number>>) {
  const rows = x.shape[0]!;
  const { heads, keyValueHeads, headDim } = layout;
  const { constants, conditions } = headElements(headDim).variant;
  const team = TEAM[software ? "software" : "hardware"];
  return {
    variant: { constants: { ...constants, TEAM: team }, conditions: { ...conditions, TEAMS: team > 1 } },
    parameters: { rows, heads, key_value_heads: keyValueHeads, head_dim: headDim, ...parameters },
    workgroups: ceilDivide(product(rows, (heads + 2 * keyValueHeads) * team), 64),
  };
}

type Saved = { x: Tensor; grad_y: Tensor; inverse_rms: Tensor };

const qkNormBackward = defineOp<Saved & In, "grad_x", Attributes & { readonly weightOffset: number }>({
  name: "qk_norm_backward",
  shape: ({ x }) => ({ grad_x: { shape: x.shape } }),
  forward: ({ inputs, outputs, attributes: { layout, weightOffset } }, device) => [
    {
      kernel: "attention/qk_norm_backward",
      bindings: { ...inputs, ...outputs },
      ...launch(inputs.x, layout, device, { weight_offset: weightOffset }),
    },
  ],
});

type HeadRange = Attributes & { readonly firstHead: number; readonly endHead: number; readonly accumulate: Scalar };

/** The gradient of one weight, over the heads of a range. */
const qkNormBackwardWeight = defineOp<Saved & { onto: Tensor | undefined }, "partial" | "grad_weight", HeadRange>({
  name: "qk_norm_backward_weight",
  shape: ({ x, onto }, { layout: { headDim } }) => ({ partial: partialSpec(x, headDim), grad_weight: gradientSpec(headDim, onto) }),
  forward: ({ inputs: { onto, ...inputs }, outputs: { partial, grad_weight }, attributes }, device) => {
    const { layout, firstHead, endHead, accumulate } = attributes;
    const rows = inputs.x.shape[0]!;
    const { heads, keyValueHeads, headDim } = layout;
    const blockRows = backwardBlockRows(rows, device, true);
    const blocks = ceilDivide(rows, blockRows);
    return [
      {
        kernel: "attention/qk_norm_backward_weight",
        bindings: { ...inputs, partial: writtenBlocks(partial, blocks) },
        parameters: {
          rows,
          heads: heads + 2 * keyValueHeads,
          normed_heads: heads + keyValueHeads,
          head_dim: headDim,
          first_head: firstHead,
          end_head: endHead,
          block_rows: blockRows,
        },
        workgroups: [Math.ceil(headDim / device.lanes), blocks, 1],
      },
      ...sumParts(device, blocks, [{ partial, gradient: grad_weight, accumulate }]),
    ];
  },
});

function weightGradient(saved: Saved, range: Omit<HeadRange, "accumulate">, sink: GradientSink | undefined): Tensor {
  return qkNormBackwardWeight({ ...saved, onto: sink?.onto }, { ...range, accumulate: sink?.accumulate ?? 0 }).grad_weight;
}

/**
 * RMS norm of every query and key head, one weight for all queries and one for all keys (Qwen3, Gemma 3); value heads are copied.
 * qkv: [N, (H + 2K) D]; queryWeight, keyWeight: [D] -> [N, (H + 2K) D]
 */
export function qkNorm(qkv: Tensor, queryWeight: Tensor, keyWeight: Tensor, eps: number, layout: HeadLayout, weightOffset = 0): Tensor {
  return qkNormOp({ x: qkv, query_weight: queryWeight, key_weight: keyWeight }, { eps, layout, weightOffset }).y;
}
