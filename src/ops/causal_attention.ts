import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { attentionTiles, type TiledKernel, tiledLaunch } from "./attention_tiles.ts";
import { type Call, defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked } from "./heads.ts";

type In = { qkv: Tensor; sequence_start: Tensor; sequence_end: Tensor };

/** How lanes share keys and values: by shuffles, on software adapters with subgroups, or in tiles in workgroup memory (lib/head_tile). */
export type OperandSharing = "shuffles" | "tiles";

/** The heads, and for tests the kernels to take. */
export interface CausalAttentionAttributes {
  readonly layout: HeadLayout;
  /** Left out: shuffles on software adapters that have subgroups, else tiles. */
  readonly sharing?: OperandSharing | undefined;
  /** The rows of a tile. Left out: the best guess. */
  readonly tileRows?: number | undefined;
}

/** qkv [N, (H + 2K) D], sequence_start and sequence_end [N] u32 -> out [N, H D], log_sum_exp [N, H]. */
export const causalAttentionOp = defineOp<In, "out" | "log_sum_exp", CausalAttentionAttributes>({
  name: "causal_attention",
  shape: (inputs, { layout }) => {
    const { qkv, sequence_start, sequence_end } = inputs;
    if (!isPacked(qkv, layout) || sequence_start.shape.length !== 1 || sequence_end.shape.length !== 1) {
      throw shapeError("causal_attention", inputs, `${describePacked(layout)}; sequence_start and sequence_end [N]`);
    }
    const rows = qkv.shape[0]!;
    return { out: { shape: [rows, layout.heads * layout.headDim] }, log_sum_exp: { shape: [rows, layout.heads], isExact: true } };
  },
  forward: ({ inputs: { qkv, sequence_start, sequence_end }, outputs, attributes }, device) => [
    isByShuffles(attributes, device)
      ? { ...launch("causal", qkv, attributes.layout, device), bindings: { qkv, sequence_start, ...outputs } }
      : { ...tiled("causal_tiled", qkv, attributes, device), bindings: { qkv, sequence_start, sequence_end, ...outputs } },
  ],
  backward: ({ inputs, outputs, attributes }, { gradient }) => ({
    qkv: causalAttentionBackwardOp({ ...inputs, ...outputs, grad_out: gradient("out")! }, attributes).grad_qkv,
  }),
});

type BackwardIn = In & { out: Tensor; log_sum_exp: Tensor; grad_out: Tensor };

/** The gradient of packed qkv: one kernel writes its query heads, then another its key and value heads. */
export const causalAttentionBackwardOp = defineOp<BackwardIn, "grad_qkv" | "delta" | "parts", CausalAttentionAttributes>({
  name: "causal_attention_backward",
  shape: ({ qkv, log_sum_exp }, { layout: { heads, headDim } }) => ({
    grad_qkv: { shape: qkv.shape },
    delta: { shape: log_sum_exp.shape },
    parts: { shape: [qkv.shape[0]!, heads, 2 * headDim] },
  }),
  forward: (call, device) => (isByShuffles(call.attributes, device) ? shuffledBackward(call, device) : tiledBackward(call, device)),
});

type BackwardCall = Call<BackwardIn, "grad_qkv" | "delta" | "parts", CausalAttentionAttributes>;

function shuffledBackward(
  { inputs, outputs: { grad_qkv, delta }, attributes: { layout } }: BackwardCall,
  device: DeviceTraits,
): Dispatch[] {
  const { qkv, sequence_start, sequence_end, out, log_sum_exp, grad_out } = inputs;
  return [
    {
      ...launch("causal_backward_query", qkv, layout, device),
      bindings: { qkv, sequence_start, grad_out, out, log_sum_exp, grad_qkv, delta },
    },
    {
      ...launch("causal_backward_key_value", qkv, layout, device),
      bindings: { qkv, sequence_end, grad_out, log_sum_exp, delta, grad_qkv },
    },
  ];
}

/** Query heads that share a key-value head leave a gradient each, and a third kernel adds them up. */
function tiledBackward({ inputs, outputs, attributes }: BackwardCall, device: DeviceTraits): Dispatch[] {
  const { qkv, sequence_start, sequence_end, out, log_sum_exp, grad_out } = inputs;
  const { grad_qkv, delta, parts } = outputs;
  const { layout } = attributes;
  const isGrouped = layout.heads !== layout.keyValueHeads;
  const keyValue = tiled("causal_tiled_backward_key_value", qkv, attributes, device);
  const { constants, conditions } = keyValue.variant;
  return [
    {
      ...tiled("causal_tiled_backward_query", qkv, attributes, device),
      bindings: { qkv, sequence_start, grad_out, out, log_sum_exp, grad_qkv, delta },
    },
    {
      ...keyValue,
      variant: { constants, conditions: { ...conditions, GROUPED: isGrouped } },
      bindings: { qkv, sequence_end, grad_out, log_sum_exp, delta, ...(isGrouped ? { parts } : { grad_qkv }) },
    },
    ...(isGrouped ? [groupSum(qkv, layout, { parts, grad_qkv })] : []),
  ];
}

function tiled(kernel: TiledKernel, qkv: Tensor, { layout, tileRows }: CausalAttentionAttributes, device: DeviceTraits) {
  const tiles = attentionTiles(kernel, layout.headDim, device);
  const tile = tiles.find(({ rows }) => rows === tileRows) ?? tiles[0]!;
  return tiledLaunch(kernel, qkv, layout, tile);
}

function groupSum(qkv: Tensor, { heads, keyValueHeads, headDim }: HeadLayout, bindings: Dispatch["bindings"]): Dispatch {
  const rows = qkv.shape[0]!;
  const { variant } = headElements(headDim);
  return {
    kernel: "attention/causal_group_sum",
    variant,
    bindings,
    parameters: { rows, heads, key_value_heads: keyValueHeads },
    workgroups: ceilDivide(product(rows, 2 * keyValueHeads, variant.constants.HEAD_ELEMENTS!), 64),
  };
}

function isByShuffles({ sharing }: CausalAttentionAttributes, { software, subgroups }: DeviceTraits): boolean {
  return subgroups && (sharing ? sharing === "shuffles" : software);
}

/** A workgroup owns `lanes` rows of one head: of a key-value head where the kernel writes those, else of a query head. */
function launch(name: string, qkv: Tensor, { heads, keyValueHeads, headDim }: HeadLayout, { lanes }: DeviceTraits) {
  const rows = qkv.shape[0]!;
  const owned = name === "causal_backward_key_value" ? keyValueHeads : heads;
  return {
    kernel: `attention/${name}`,
    variant: headElements(headDim).variant,
    parameters: { rows, heads, key_value_heads: keyValueHeads, scale: 1 / Math.sqrt(headDim) },
    workgroups: product(ceilDivide(rows, lanes), owned),
  };
}

/**
 * Softmax attention of packed rows: row i attends to rows sequenceStart[i] .. i, and query head h to key-value head floor(h / (H / K)).
 * qkv: [N, (H + 2K) D]; sequenceStart, sequenceEnd: [N] u32, the first row of each row's sequence and one past its last -> [N, H D]
 */
export function causalAttention(
  qkv: Tensor,
  sequenceStart: Tensor,
  sequenceEnd: Tensor,
  layout: HeadLayout,
  kernels: Omit<CausalAttentionAttributes, "layout"> = {},
): Tensor {
  return causalAttentionOp({ qkv, sequence_start: sequenceStart, sequence_end: sequenceEnd }, { layout, ...kernels }).out;
}
