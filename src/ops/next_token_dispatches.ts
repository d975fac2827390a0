import type { KernelVariant } from "../gpu/link.ts";
import { derive, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { logitsRows } from "./logits.ts";
import { CANDIDATE, SOFTMAX } from "./records.ts";
import { rowLanes } from "./row_lanes.ts";

/** Attributes of the op that draws the next token. */
export interface NextTokenOptions {
  /** 0: takes the most probable token; of equals, the one with the lowest index. Every run may give another. */
  readonly temperature: Scalar;
  /** Keeps the k most probable tokens, and those that tie with the last; 0: all. */
  readonly topK: number;
  /** Of those, keeps the most probable ones that together hold at least this share of their probability; 1: all. */
  readonly topP: number;
  /** Keeps the tokens that are at least this many times as probable as the most probable one; 0: all. */
  readonly minP?: number;
  /** Above 1, tokens that the sequence has already become less probable; 1: off. Needs `seen`. */
  readonly repetitionPenalty?: number;
  /** Whether `tokenMarks` bans any token. */
  readonly hasBans?: boolean;
  readonly seed: Scalar;
  /** V, where rows of logits are padded; by default they are V long. */
  readonly vocabulary?: number;
  /** The most tokens of a completion; by default as many as `completions` has room for. */
  readonly length?: number;
}

/** Columns of a part of a row. It is the same for any number of rows, so that a sequence's bits do not depend on the batch. */
const PART_COLUMNS = 8192;

/** Numbers of a draw: three of the softmax and two of the best candidate (lib/draw). */
export const DRAW_SIZE = SOFTMAX.size + CANDIDATE.size;

/** The bits of the largest float: no border. */
const LARGEST_BITS = 0x7f7fffff;

/** On a CPU a histogram of so many logits is faster than bisection. */
const LONG_ROW = 16_384;

/** Bits of a histogram's digit (lib/border_histogram). Wide digits take fewer passes over a row; on a CPU the bins themselves are what costs. */
const WIDE_DIGIT = 11;
const NARROW_DIGIT = 8;
const WIDE_DIGIT_LANES = 128;

export interface NextTokenTensors {
  readonly logits: Tensor;
  readonly token_marks: Tensor;
  readonly sequence_key: Tensor;
  readonly seen?: Tensor | undefined;
  /** [S, B, 5]: what next_token_part leaves for next_token. */
  readonly draws: Tensor;
  readonly state: Readonly<Record<"position" | "token" | "done" | "completions", Tensor>>;
}

/** How many workgroups of a GPU share a row of logits, where one pass over it does all. */
export function partsOf(vocabulary: number): number {
  return Math.ceil(vocabulary / PART_COLUMNS);
}

export function nextTokenDispatches(tensors: NextTokenTensors, options: NextTokenOptions, device: DeviceTraits): readonly Dispatch[] {
  const { logits, token_marks, sequence_key, seen, draws, state } = tensors;
  const rows = logits.shape[0]!;
  const { vocabulary } = logitsRows(logits, options.vocabulary).parameters;
  // The search for a border goes over a row several times, with barriers between: one workgroup does it.
  const parts = device.software || isFiltered(options) ? 1 : partsOf(vocabulary);
  const parameters = parametersOf(tensors, options, { parts, two_reads: device.software ? 1 : 0 });
  const given = { logits, token_marks, ...(seen && { seen }) };
  if (parts === 1) {
    const variant = variantOf(tensors, options, device, { columns: vocabulary, way: isFiltered(options) ? "FILTERED" : "WHOLE" });
    return [{ kernel: "sample/next_token", variant, bindings: { ...given, sequence_key, ...state }, parameters, workgroups: rows }];
  }
  return [
    {
      kernel: "sample/next_token_part",
      variant: variantOf(tensors, options, device, { columns: PART_COLUMNS }),
      bindings: { ...given, sequence_key, position: state.position, draws },
      parameters,
      workgroups: product(rows, parts),
    },
    {
      kernel: "sample/next_token",
      variant: variantOf(tensors, options, device, { columns: parts, way: "PARTED" }),
      bindings: { ...given, draws, ...state },
      parameters,
      workgroups: rows,
    },
  ];
}

/** Whether some tokens are not kept; greedy draws need no filter. */
function isFiltered({ temperature, topK, topP, minP = 0 }: NextTokenOptions): boolean {
  return temperature !== 0 && (topK > 0 || topP < 1 || minP > 0);
}

interface Way {
  /** The columns that a workgroup shares. */
  readonly columns: number;
  readonly way?: "WHOLE" | "PARTED" | "FILTERED";
}

function variantOf(
  { logits, seen }: NextTokenTensors,
  options: NextTokenOptions,
  device: DeviceTraits,
  { columns, way }: Way,
): KernelVariant {
  const { constants, conditions } = rowLanes(device, columns);
  const { VEC4 } = logitsRows(logits, options.vocabulary).conditions;
  const adjusted = { PENALTY: seen !== undefined, ADJUSTED: seen !== undefined || options.hasBans === true };
  return {
    constants: { ...constants, DIGIT_BITS: digitBits(device, constants.LANES) },
    conditions: {
      ...conditions,
      VEC4,
      ...adjusted,
      ...(way && { WHOLE: way === "WHOLE", PARTED: way === "PARTED", FILTERED: way === "FILTERED" }),
      HISTOGRAM: way === "FILTERED" && (!device.software || columns >= LONG_ROW),
    },
  };
}

/**
 * Two words a bin, and three a lane: two for their scan, one for lib/reduce. A short row has few lanes, and each of these would have to go
 * over many bins for a handful of logits.
 */
function digitBits({ software, limits }: DeviceTraits, lanes: number): number {
  const bytes = 4 * (2 * 2 ** WIDE_DIGIT + 3 * 256);
  return !software && lanes >= WIDE_DIGIT_LANES && limits.maxComputeWorkgroupStorageSize >= bytes ? WIDE_DIGIT : NARROW_DIGIT;
}

function parametersOf(
  { logits, state }: NextTokenTensors,
  options: NextTokenOptions,
  walk: Readonly<Record<"parts" | "two_reads", number>>,
): Readonly<Record<string, Scalar>> {
  const { temperature, topK, topP, minP = 0, repetitionPenalty = 1, seed } = options;
  const { vocabulary, stride } = logitsRows(logits, options.vocabulary).parameters;
  const columns = state.completions.size(1);
  return {
    rows: logits.shape[0]!,
    vocabulary,
    stride,
    ...walk,
    part_columns: PART_COLUMNS,
    length: options.length ?? columns,
    columns,
    seed,
    greedy: derive("greedy", [temperature], (value) => (value === 0 ? 1 : 0)),
    top_k: topK >= vocabulary ? 0 : topK,
    top_p: topP,
    min_p_border: minP === 0 ? LARGEST_BITS : bitsOf(Math.log(1 / minP)),
    penalty: repetitionPenalty,
    inverse_temperature: derive("1/temperature", [temperature], (value) => (value === 0 ? 1 : 1 / value)),
  };
}

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}
