import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { cacheConditions, isCache } from "./cache_storage.ts";
import { type DecodeTensors, decodeInParts, partsOf } from "./decode_parts.ts";
import { defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked, scoreScale, scoreVariant } from "./heads.ts";
import { requireSoftCap } from "./soft_cap.ts";

/**
 * Software adapters: what lanes read lies apart, and a lane has a head or some of its elements, or they read together what several need.
 * GPUs: the positions of a sequence are split among workgroups.
 */
export type DecodeWay = "apart" | "together" | "positions";

type In = { qkv: Tensor; origin: Tensor; positions: Tensor; prompt: Tensor; cache_keys: Tensor; cache_values: Tensor };

/** How rows are decoded. */
export interface DecodeAttributes {
  readonly layout: HeadLayout;
  /** The most positions of a sequence, by which GPUs cut the work. */
  readonly length: number;
  /** How many of the last positions of its sequence a row attends to, itself included. Left out: all. */
  readonly window?: number | undefined;
  readonly way?: DecodeWay | undefined;
}

/**
 * qkv [N, (H + 2K) D], origin and positions [N] u32, prompt [N, 2] u32, cache_keys and cache_values [T, K, D] -> out [N, H D].
 * sums and scales hold the parts of rows on the way, where the kernels of GPUs cut a row's positions into several.
 */
export const decodeAttentionOp = defineOp<In, "out" | "sums" | "scales", DecodeAttributes>({
  name: "decode_attention",
  shape: (inputs, { layout, length }) => {
    requireSoftCap("decode_attention", layout.cap);
    const isPlaced = inputs.origin.shape.length === 1 && inputs.prompt.shape.length === 2 && inputs.prompt.shape[1] === 2;
    if (!isPacked(inputs.qkv, layout) || !isPlaced || !isCache(inputs.cache_keys, layout) || !isCache(inputs.cache_values, layout)) {
      throw shapeError(
        "decode_attention",
        inputs,
        `${describePacked(layout)}; origin [N]; prompt [N, 2]; caches [T, ${layout.keyValueHeads}, ${layout.headDim}]`,
      );
    }
    const rows = inputs.qkv.shape[0]!;
    const { parts } = partsOf(length);
    return {
      out: { shape: [rows, layout.heads * layout.headDim] },
      sums: { shape: [rows, parts, layout.heads * layout.headDim] },
      scales: { shape: [rows, parts, layout.heads, 2] },
    };
  },
  forward: ({ inputs, outputs, attributes: { layout, length, window, way } }, device) => {
    const taken = way ?? (device.software ? softwareWay(layout, device) : "positions");
    if (taken === "positions") return decodeInParts({ inputs, outputs }, { layout, length, window }, device);
    return [(taken === "together" ? decodeTogether : decodeApart)({ inputs, outputs }, { layout, window }, device)];
  },
});

/** Lanes from which on it is faster to read together. With the four of SwiftShader shuffles cost more than they save. */
const FEWEST_TOGETHER = 8;

/** The most elements of a head that a lane keeps by itself, and of one that lanes read together: each then keeps all of its own head. */
const MOST_ELEMENTS = { apart: 16, together: 20 } as const;

/**
 * Heads of a group read the same keys and values, and so do rows of a prompt. Reading them together costs shuffles, which are cheaper
 * than reading lane by lane, and cheaper than gathering only for large groups.
 */
function softwareWay({ heads, keyValueHeads, headDim }: HeadLayout, { lanes, subgroups, gathers }: DeviceTraits): DecodeWay {
  const elements = elementsOf(headDim);
  if (!subgroups || lanes < FEWEST_TOGETHER || elements > MOST_ELEMENTS.together) return "apart";
  const group = heads / keyValueHeads;
  const isWorth = gathers ? group > 4 : group > 1 || elements > 12;
  return isWorth ? "together" : "apart";
}

function elementsOf(headDim: number): number {
  return headDim / headElements(headDim).width;
}

type SoftwareCall = Pick<DecodeAttributes, "layout" | "window">;

/** A lane, or a few, for each head, which walk over all positions and read by themselves. */
function decodeApart(tensors: DecodeTensors, { layout, window }: SoftwareCall, { lanes }: DeviceTraits): Dispatch {
  const { heads, headDim } = layout;
  const headLanes = Math.min(lanes, 2 ** Math.ceil(Math.log2(Math.max(1, elementsOf(headDim) / MOST_ELEMENTS.apart))));
  return {
    ...launch("attention/decode", tensors, { layout, window }, { HEAD_LANES: headLanes }),
    workgroups: ceilDivide(product(tensors.inputs.qkv.shape[0]!, heads), lanes / headLanes),
  };
}

/** A lane for each head of each row; the lanes of a workgroup share what they read. */
function decodeTogether(tensors: DecodeTensors, { layout, window }: SoftwareCall, { lanes }: DeviceTraits): Dispatch {
  const { heads, keyValueHeads } = layout;
  const group = heads / keyValueHeads;
  const rowHeads = Math.min(lanes, 2 ** Math.ceil(Math.log2(group)));
  return {
    ...launch("attention/decode_together", tensors, { layout, window }, { ROW_HEADS: rowHeads }),
    workgroups: product(ceilDivide(tensors.inputs.qkv.shape[0]!, lanes / rowHeads), keyValueHeads * Math.ceil(group / rowHeads)),
  };
}

function launch(
  kernel: string,
  { inputs, outputs: { out } }: DecodeTensors,
  { layout, window }: SoftwareCall,
  constants: Readonly<Record<string, number>>,
): Omit<Dispatch, "workgroups"> {
  const { heads, keyValueHeads, headDim } = layout;
  const { variant } = headElements(headDim);
  const scores = scoreVariant(layout, window);
  return {
    kernel,
    variant: {
      constants: { ...variant.constants, ...constants, ...scores.constants },
      conditions: { ...variant.conditions, ...cacheConditions(inputs.cache_keys), ...scores.conditions },
    },
    bindings: { ...inputs, out },
    parameters: { rows: inputs.qkv.shape[0]!, heads, key_value_heads: keyValueHeads, scale: scoreScale(layout) },
  };
}

/** A key-value cache, and where the tokens of rows have their places in it. */
export interface CachedRows {
  /** [T, K, D], or [T, K, D / 2] u32 where they are kept in 16 bits. */
  readonly cacheKeys: Tensor;
  readonly cacheValues: Tensor;
  /** [N] u32: the index p of each row's token in its sequence; its place is origin + p, mod 2^32. */
  readonly positions: Tensor;
  readonly origin: Tensor;
}

/** Rows that attend to their sequences' earlier tokens. */
export interface DecodedRows extends CachedRows {
  /** [N, 2] u32: the place of the first token of each row's prompt, and the tokens that lie there and not at origin + p. Rows may share them. */
  readonly prompt: Tensor;
}

/**
 * Attention of one new row per sequence over the cache, where cacheWrite has put the row's own key and value before.
 * qkv: [N, (H + 2K) D]; each row attends to the positions 0 .. p of its sequence, or to the last of them that a window holds -> [N, H D]
 */
export function decodeAttention(qkv: Tensor, rows: DecodedRows, attributes: DecodeAttributes): Tensor {
  const { origin, positions, prompt, cacheKeys, cacheValues } = rows;
  return decodeAttentionOp({ qkv, origin, positions, prompt, cache_keys: cacheKeys, cache_values: cacheValues }, attributes).out;
}
