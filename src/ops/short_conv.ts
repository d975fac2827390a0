import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor, TensorSpec } from "../graph/tensor.ts";
import type { DeviceTraits, GradientSink } from "../graph/trace.ts";
import { sumParts } from "./column_sum.ts";
import { defineOp, type OutputSpec, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";
import type { Variant } from "./heads.ts";
import { accumulateOf, backwardBlockRows, partialSpec, writtenBlocks } from "./norm_blocks.ts";

/** The weights of a short convolution. */
export interface ConvolutionWeights {
  /** [C, 1, L], as PyTorch has those of a convolution that takes each channel by itself; the last of L is for a row itself. */
  readonly weight: Tensor;
  /** [C] */
  readonly bias?: Tensor | undefined;
}

type In = { bcx: Tensor; weight: Tensor; bias: Tensor | undefined; positions: Tensor };

/** bcx [N, 3 C], weight [C, 1, L], bias [C] or none, positions [N] u32 -> y [N, C]. */
export const shortConvOp = defineOp<In, "y">({
  name: "short_conv",
  shape: (inputs) => {
    requireConvolution("short_conv", inputs);
    return { y: { shape: [inputs.bcx.shape[0]!, inputs.weight.size(0)] } };
  },
  forward: ({ inputs, outputs }, device) => {
    const { variant, launch, bias } = convolutionLaunch(inputs, device);
    return [{ kernel: "conv/short_conv", variant, bindings: { ...inputs, bias, ...outputs }, ...launch }];
  },
  backward: ({ inputs: { bcx, weight, bias, positions } }, { gradient, needs, sink }) => {
    const saved = { bcx, weight, bias, positions, grad_y: gradient("y")! };
    const [ofWeight, ofBias] = [needs("weight"), bias !== undefined && needs("bias")];
    const sinks = { weight: ofWeight ? sink("weight") : undefined, bias: ofBias ? sink("bias") : undefined };
    const gradients = ofWeight || ofBias ? weightGradients(saved, sinks) : undefined;
    return {
      bcx: needs("bcx") ? shortConvBackward(saved, {}).grad_bcx : undefined,
      weight: ofWeight ? gradients?.grad_weight : undefined,
      bias: ofBias ? gradients?.grad_bias : undefined,
    };
  },
});

/** @throws Error where the tensors of a convolution do not fit each other */
export function requireConvolution(op: string, inputs: In & { readonly [other: string]: Tensor | undefined }): void {
  const { bcx, weight, bias, positions } = inputs;
  const [channels, one] = weight.shape;
  const fits = weight.shape.length === 3 && one === 1 && bcx.shape.length === 2 && bcx.size(1) === 3 * (channels as number);
  if (fits && positions.shape.length === 1 && (!bias || (bias.shape.length === 1 && bias.size(0) === channels))) return;
  throw shapeError(op, inputs, "bcx [N, 3 C], weight [C, 1, L], bias [C] where there is one, and positions [N]");
}

/** Rows whose element one invocation handles: it reads its weights once for them. A GPU would rather have more invocations. */
const BLOCK_ROWS = { software: 8, hardware: 2 } as const;

/** What the kernels of a convolution have in common. Where there is no bias, they are given the weight in its place and do not read it. */
export function convolutionVariant({ weight, bias }: Pick<In, "weight" | "bias">) {
  const [channels, taps] = [weight.size(0), weight.size(2)];
  const { variant, columns } = elementsOf([channels]);
  const chosen: Variant = { constants: { TAPS: taps }, conditions: { ...variant.conditions, BIAS: bias !== undefined } };
  return { variant: chosen, columns: columns as number, bias: bias ?? weight };
}

function convolutionLaunch(inputs: In, { software }: Pick<DeviceTraits, "software">) {
  const { columns, ...kernel } = convolutionVariant(inputs);
  const rows = inputs.bcx.shape[0]!;
  const blockRows = BLOCK_ROWS[software ? "software" : "hardware"];
  const workgroups = ceilDivide(product(ceilDivide(rows, blockRows), columns), 64);
  return { ...kernel, launch: { parameters: { rows, columns, block_rows: blockRows }, workgroups } };
}

type Saved = In & { grad_y: Tensor };

const shortConvBackward = defineOp<Saved, "grad_bcx">({
  name: "short_conv_backward",
  shape: ({ bcx }) => ({ grad_bcx: { shape: bcx.shape } }),
  forward: ({ inputs, outputs }, device) => {
    const { variant, launch, bias } = convolutionLaunch(inputs, device);
    return [{ kernel: "conv/short_conv_backward", variant, bindings: { ...inputs, bias, ...outputs }, ...launch }];
  },
});

type Sums = { readonly accumulateWeight: Scalar; readonly accumulateBias: Scalar };
type SumsIn = Saved & { ontoWeight: Tensor | undefined; ontoBias: Tensor | undefined };

const shortConvBackwardWeight = defineOp<SumsIn, "partial" | "partial_bias" | "grad_weight" | "grad_bias", Sums>({
  name: "short_conv_backward_weight",
  shape: ({ bcx, weight, bias, ontoWeight, ontoBias }) => {
    const channels = weight.size(0);
    const ifBiased = (spec: TensorSpec): TensorSpec => (bias ? spec : { shape: [1] });
    const into = (onto: Tensor | undefined, spec: TensorSpec): OutputSpec => (onto ? { inPlaceOf: onto } : spec);
    return {
      partial: partialSpec(bcx, channels * weight.size(2)),
      partial_bias: ifBiased(partialSpec(bcx, channels)),
      grad_weight: into(ontoWeight, { shape: weight.shape }),
      grad_bias: into(ontoBias, ifBiased({ shape: [channels] })),
    };
  },
  forward: ({ inputs, outputs, attributes: { accumulateWeight, accumulateBias } }, device) => {
    const { bcx, positions, grad_y, bias } = inputs;
    const { partial, partial_bias, grad_weight, grad_bias } = outputs;
    const { variant, columns } = convolutionVariant(inputs);
    const rows = bcx.shape[0]!;
    const blockRows = backwardBlockRows(rows, device, true);
    const blocks = ceilDivide(rows, blockRows);
    return [
      {
        kernel: "conv/short_conv_backward_weight",
        variant,
        bindings: {
          bcx,
          positions,
          grad_y,
          partial: writtenBlocks(partial, blocks),
          ...(bias && { partial_bias: writtenBlocks(partial_bias, blocks) }),
        },
        parameters: { rows, columns, block_rows: blockRows },
        workgroups: [Math.ceil(columns / 64), blocks, 1],
      },
      ...sumParts(device, blocks, [
        { partial, gradient: grad_weight, accumulate: accumulateWeight },
        ...(bias ? [{ partial: partial_bias, gradient: grad_bias, accumulate: accumulateBias }] : []),
      ]),
    ];
  },
});

function weightGradients(saved: Saved, { weight, bias }: Readonly<Record<"weight" | "bias", GradientSink | undefined>>) {
  return shortConvBackwardWeight(
    { ...saved, ontoWeight: weight?.onto, ontoBias: bias?.onto },
    { accumulateWeight: accumulateOf(weight), accumulateBias: accumulateOf(bias) },
  );
}

/**
 * The gated short convolution of packed rows (LFM2): C (bias + conv(B x)) of bcx [N, 3 C], which holds B, C and x side by side; conv takes
 * each channel by itself, over a row and the L - 1 before it in its sequence. positions: [N] u32, of rows that follow one another -> [N, C]
 */
export function shortConv(bcx: Tensor, positions: Tensor, { weight, bias }: ConvolutionWeights): Tensor {
  return shortConvOp({ bcx, weight, bias, positions }, {}).y;
}
