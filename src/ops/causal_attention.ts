import type { HostArray } from "../gpu/buffer.ts";
import { capacityOf, ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import {
  type AttentionInputs,
  type AttentionShape,
  attentionOperations,
  type BackwardCall,
  type BackwardInputs,
  backwardWays,
  type ForwardCall,
  forwardWays,
  isShared,
  keysOf,
  queriesOf,
  scoresOf,
  wayName,
} from "./attention_tiles.ts";
import { defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked, scoreScale } from "./heads.ts";
import { requireSoftCap } from "./soft_cap.ts";
import { type AnyCall, withFewerRows } from "./trial_calls.ts";
import { askWays, chosenWay, type Ways, type WaysQuestion } from "./ways.ts";

/** How lanes share keys and values: by shuffles, on software adapters with subgroups, or in tiles in workgroup memory (lib/head_tile). */
export type OperandSharing = "shuffles" | "tiles";

/** The heads and the window, and for tests the kernels to take. */
export interface CausalAttentionAttributes extends AttentionShape {
  /** Left out: shuffles on software adapters that have subgroups, else tiles. */
  readonly sharing?: OperandSharing | undefined;
  /** The rows of a tile. Left out: as tuning chose, else the best guess. */
  readonly tileRows?: number | undefined;
}

/**
 * qkv [N, (H + 2K) D], sequence_start and sequence_end [N] u32, where rows are shared attended [N, 3] and query_end [N] u32, and with a
 * window positions [N] u32
 * -> out [N, H D], log_sum_exp [N, H].
 */
export const causalAttentionOp = defineOp<AttentionInputs, "out" | "log_sum_exp", CausalAttentionAttributes>({
  name: "causal_attention",
  shape: (inputs, { layout, window }) => {
    const { qkv, sequence_start, sequence_end, attended, query_end, positions } = inputs;
    requireSoftCap("causal_attention", layout.cap);
    if (!isPacked(qkv, layout) || sequence_start.shape.length !== 1 || sequence_end.shape.length !== 1) {
      throw shapeError("causal_attention", inputs, `${describePacked(layout)}; sequence_start and sequence_end [N]`);
    }
    if ((attended || query_end) && (attended?.shape[1] !== 3 || query_end?.shape.length !== 1)) {
      throw shapeError("causal_attention", inputs, "attended [N, 3] and query_end [N], both or neither");
    }
    if (window !== undefined && !(Number.isInteger(window) && window > 0 && positions?.shape.length === 1)) {
      throw shapeError("causal_attention", inputs, "positions [N] and a window of one row or more");
    }
    const rows = qkv.shape[0]!;
    return { out: { shape: [rows, layout.heads * layout.headDim] }, log_sum_exp: { shape: [rows, layout.heads], isExact: true } };
  },
  forward: (call, device) =>
    isByShuffles(call.attributes, device) ? shuffledForward(call, device) : wayOf(forwardQuestion(call, device), call, device),
  tune: (call, device) => (isByShuffles(call.attributes, device) ? [] : askWays(forwardQuestion(call, device), device)),
  backward: ({ inputs, outputs, attributes }, { gradient }) => ({
    qkv: causalAttentionBackwardOp({ ...inputs, ...outputs, grad_out: gradient("out")! }, attributes).grad_qkv,
  }),
});

/** The gradient of packed qkv: one kernel writes its query heads, then others its key and value heads. */
export const causalAttentionBackwardOp = defineOp<BackwardInputs, "grad_qkv" | "delta" | "parts", CausalAttentionAttributes>({
  name: "causal_attention_backward",
  shape: ({ qkv, log_sum_exp }, { layout: { heads, headDim } }) => ({
    grad_qkv: { shape: qkv.shape },
    delta: { shape: log_sum_exp.shape },
    parts: { shape: [qkv.shape[0]!, heads, 2 * headDim] },
  }),
  forward: (call, device) =>
    isByShuffles(call.attributes, device) ? shuffledBackward(call, device) : wayOf(backwardQuestion(call, device), call, device),
  tune: (call, device) => (isByShuffles(call.attributes, device) ? [] : askWays(backwardQuestion(call, device), device)),
});

function isByShuffles({ sharing }: CausalAttentionAttributes, { software, subgroups }: DeviceTraits): boolean {
  return subgroups && (sharing ? sharing === "shuffles" : software);
}

function forwardQuestion(call: ForwardCall, device: DeviceTraits): WaysQuestion<ForwardCall> {
  const ways = forwardWays(call.attributes.layout.headDim, device);
  return { ...questionOf("causal_attention", call, ways), outputs: ({ outputs: { out, log_sum_exp } }) => [out, log_sum_exp] };
}

function backwardQuestion(call: BackwardCall, device: DeviceTraits): WaysQuestion<BackwardCall> {
  const ways = backwardWays(call.attributes.layout.headDim, device);
  return { ...questionOf("causal_attention_backward", call, ways), outputs: ({ outputs }) => [outputs.grad_qkv] };
}

/** All tiles give the same bits. */
function questionOf<Known extends ForwardCall | BackwardCall>(
  op: string,
  call: Known,
  ways: Ways<Known>,
): Omit<WaysQuestion<Known>, "outputs"> {
  const { layout, window } = call.attributes;
  const { heads, keyValueHeads, headDim } = layout;
  const rows = call.inputs.qkv.shape[0]!;
  const capped = layout.cap === undefined ? "" : ", capped";
  const kinds = `${call.inputs.attended ? ", shared" : ""}${window === undefined ? "" : `, window ${window}`}${capped}`;
  return {
    key: `${op} ${heads}/${keyValueHeads} heads of ${headDim}, 2^${Math.round(Math.log2(capacityOf(rows)))} rows${kinds}`,
    ways,
    timed: () => withFewerRows(call, rows),
    contents: TRIAL_SEQUENCES,
    tolerance: 1e-5,
    changesBits: false,
  };
}

/** The rows of a sequence in trials. */
const TRIAL_LENGTH = 256;

const trialStart = (row: number): number => row - (row % TRIAL_LENGTH);
const trialEnds = (rows: number) => Uint32Array.from({ length: rows }, (_, i) => Math.min(trialStart(i) + TRIAL_LENGTH, rows));

/** Trials share no rows: of a row, all three numbers of `attended` are its sequence's start. */
const TRIAL_SEQUENCES: Readonly<Record<string, (elements: number) => HostArray>> = {
  sequence_start: (rows) => Uint32Array.from({ length: rows }, (_, i) => trialStart(i)),
  sequence_end: trialEnds,
  attended: (elements) => Uint32Array.from({ length: elements }, (_, i) => trialStart(Math.floor(i / 3))),
  query_end: trialEnds,
  positions: (rows) => Uint32Array.from({ length: rows }, (_, i) => i - trialStart(i)),
};

function wayOf<Known extends AnyCall>(
  { key, ways }: WaysQuestion<Known>,
  call: Known & { readonly attributes: CausalAttentionAttributes },
  device: DeviceTraits,
): readonly Dispatch[] {
  const { tileRows } = call.attributes;
  const way = tileRows === undefined ? chosenWay(key, ways, device) : ways[wayName(tileRows)];
  if (!way)
    throw new Error(
      `${key}: ${device.limits.maxComputeWorkgroupStorageSize} bytes of workgroup memory hold no ${wayName(tileRows!)}; name one of ${Object.keys(ways).join(", ")}`,
    );
  return way(call);
}

function shuffledForward({ inputs, outputs, attributes }: ForwardCall, device: DeviceTraits): Dispatch[] {
  const { positions } = scoresOf(inputs, attributes);
  return [{ ...launch("causal", inputs, attributes, device), bindings: { qkv: inputs.qkv, ...keysOf(inputs), ...positions, ...outputs } }];
}

function shuffledBackward({ inputs, outputs, attributes }: BackwardCall, device: DeviceTraits): Dispatch[] {
  const { positions } = scoresOf(inputs, attributes);
  const { qkv, out, log_sum_exp, grad_out } = inputs;
  const { grad_qkv, delta } = outputs;
  return [
    {
      ...launch("causal_backward_query", inputs, attributes, device),
      bindings: { qkv, ...keysOf(inputs), ...positions, grad_out, out, log_sum_exp, grad_qkv, delta },
      partly: ["grad_qkv"],
    },
    {
      ...launch("causal_backward_key_value", inputs, attributes, device),
      bindings: { qkv, ...queriesOf(inputs), ...positions, grad_out, log_sum_exp, delta, grad_qkv },
    },
  ];
}

/** A workgroup owns `lanes` rows of one head: of a key-value head where the kernel writes those, else of a query head. */
function launch(name: string, inputs: AttentionInputs, attributes: AttentionShape, { lanes }: DeviceTraits) {
  const { layout } = attributes;
  const { heads, keyValueHeads, headDim } = layout;
  const rows = inputs.qkv.shape[0]!;
  const { constants, conditions } = headElements(headDim).variant;
  const { variant } = scoresOf(inputs, attributes);
  const owned = name === "causal_backward_key_value" ? keyValueHeads : heads;
  return {
    kernel: `attention/${name}`,
    variant: {
      constants: { ...constants, ...variant.constants },
      conditions: { ...conditions, ...variant.conditions, ...isShared(inputs) },
    },
    parameters: { rows, heads, key_value_heads: keyValueHeads, scale: scoreScale(layout) },
    workgroups: product(ceilDivide(rows, lanes), owned),
    operations: attentionOperations(name, rows, layout),
  };
}

/** Which rows attend to which. */
export interface AttendedRows {
  /** [N] u32: the first row of each row's sequence, and one past its last. */
  readonly sequenceStart: Tensor;
  readonly sequenceEnd: Tensor;
  readonly shared?: SharedRows | undefined;
  /** [N] u32: index of each row's token in its sequence, which a window needs. */
  readonly positions?: Tensor | undefined;
}

/** Rows that several sequences share, because they begin alike: a sequence of their own, before those that go on from it. */
export interface SharedRows {
  /** [N, 3] u32: the first shared row that each row attends to, one past the last, and its sequenceStart, which is all three without any. */
  readonly attended: Tensor;
  /** [N] u32: one past the last row that attends to each row: sequenceEnd, or for a shared row the end of the last sequence that shares it. */
  readonly queryEnd: Tensor;
}

/**
 * Softmax attention of packed rows: row i attends to rows sequenceStart[i] .. i, and before them to the rows that its sequence shares; query
 * head h attends to key-value head floor(h / (H / K)). With a window it attends to the last `window` of these rows alone, itself included.
 * qkv: [N, (H + 2K) D] -> [N, H D]
 */
export function causalAttention(
  qkv: Tensor,
  { sequenceStart, sequenceEnd, shared, positions }: AttendedRows,
  layout: HeadLayout,
  options: Omit<CausalAttentionAttributes, "layout"> = {},
): Tensor {
  const rows = { sequence_start: sequenceStart, sequence_end: sequenceEnd, attended: shared?.attended, query_end: shared?.queryEnd };
  const windowed = options.window === undefined ? {} : { positions };
  return causalAttentionOp({ qkv, ...rows, ...windowed }, { layout, ...options }).out;
}
