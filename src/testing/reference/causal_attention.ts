import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValue, HostValues } from "../check_op.ts";

/** The rows that a row attends to: those that its sequence shares, then those from sequence_start to itself; of them the last `window`. */
function attendedBy(row: number, { sequence_start, attended }: HostValues, window = Number.POSITIVE_INFINITY): number[] {
  const rows: number[] = [];
  const add = (begin: number, end: number): void => {
    for (let i = begin; i < end; i += 1) rows.push(i);
  };
  if (attended) add(attended.data[3 * row]!, attended.data[3 * row + 1]!);
  add(sequence_start!.data[row]!, row + 1);
  return rows.slice(Math.max(0, rows.length - window));
}

/** The factor between products of queries and keys and their scores, which a reference does not take from the op. */
export const scaleOf = ({ headDim, scale }: HeadLayout): number => scale ?? 1 / Math.sqrt(headDim);

const capped = (score: number, { cap }: HeadLayout): number => (cap === undefined ? score : cap * Math.tanh(score / cap));

/** Softmax attention of packed rows, in double precision. */
export function causalAttentionReference(
  inputs: HostValues,
  layout: HeadLayout,
  window?: number,
): { out: Float64Array; log_sum_exp: Float64Array } {
  const { heads, keyValueHeads, headDim } = layout;
  const { data, shape } = inputs.qkv!;
  const width = (heads + 2 * keyValueHeads) * headDim;
  const out = new Float64Array(shape[0]! * heads * headDim);
  const log_sum_exp = new Float64Array(shape[0]! * heads);
  for (let row = 0; row < shape[0]!; row += 1) {
    const attended = attendedBy(row, inputs, window);
    for (let head = 0; head < heads; head += 1) {
      const shared = heads + Math.floor(head / (heads / keyValueHeads));
      const keys = { data, width, first: shared * headDim };
      const values = { data, width, first: (shared + keyValueHeads) * headDim };
      const written = out.subarray((row * heads + head) * headDim, (row * heads + head + 1) * headDim);
      log_sum_exp[row * heads + head] = attend(headOf(inputs.qkv!, layout, row, head), attended, keys, values, written, layout);
    }
  }
  return { out, log_sum_exp };
}

/** The vector of one head of packed qkv: query heads first, then keys, then values. */
export function headOf(qkv: HostValue, { heads, keyValueHeads, headDim }: HeadLayout, row: number, head: number): Float64Array {
  const begin = (row * (heads + 2 * keyValueHeads) + head) * headDim;
  return qkv.data.subarray(begin, begin + headDim);
}

/** One head of rows of this width, which begins at its column `first`. */
export interface HeadOfRows {
  readonly data: Float64Array;
  readonly width: number;
  readonly first: number;
}

/**
 * One query's softmax attention to some rows, written into `out`. Finite differences call it a million times, so that it copies no vectors.
 *
 * @returns the logarithm of the sum of the exponentials of the scores
 */
export function attend(
  query: Float64Array,
  rows: readonly number[],
  keys: HeadOfRows,
  values: HeadOfRows,
  out: Float64Array,
  layout: HeadLayout,
): number {
  const scale = scaleOf(layout);
  const scores: number[] = [];
  for (let j = 0; j < rows.length; j += 1) {
    const at = rows[j]! * keys.width + keys.first;
    let score = 0;
    for (let d = 0; d < query.length; d += 1) score += query[d]! * keys.data[at + d]!;
    scores.push(capped(scale * score, layout));
  }
  const largest = Math.max(...scores);
  let total = 0;
  out.fill(0);
  for (let j = 0; j < rows.length; j += 1) {
    const at = rows[j]! * values.width + values.first;
    const weight = Math.exp(scores[j]! - largest);
    total += weight;
    for (let d = 0; d < out.length; d += 1) out[d]! += weight * values.data[at + d]!;
  }
  for (let d = 0; d < out.length; d += 1) out[d]! /= total;
  return largest + Math.log(total);
}

/** The gradient of causal_attention by qkv in double precision, in closed form: finite differences of many rows would take minutes. */
export function causalAttentionGradient(inputs: HostValues, layout: HeadLayout, gradOut: Float64Array): Float64Array {
  const { qkv } = inputs;
  const { heads, keyValueHeads, headDim } = layout;
  const scale = scaleOf(layout);
  const width = (heads + 2 * keyValueHeads) * headDim;
  const { out, log_sum_exp } = causalAttentionReference(inputs, layout);
  const gradient = new Float64Array(qkv!.data.length);
  const addTo = (row: number, head: number, by: number, vector: Float64Array): void => {
    for (let d = 0; d < headDim; d += 1) gradient[row * width + head * headDim + d]! += by * vector[d]!;
  };
  for (let at = 0; at < log_sum_exp.length; at += 1) {
    const [row, head] = [Math.floor(at / heads), at % heads];
    const shared = heads + Math.floor(head / (heads / keyValueHeads));
    const query = headOf(qkv!, layout, row, head);
    const grad = gradOut.subarray(at * headDim, (at + 1) * headDim);
    const delta = dot(grad, out.subarray(at * headDim, (at + 1) * headDim));
    for (const from of attendedBy(row, inputs)) {
      const key = headOf(qkv!, layout, from, shared);
      const score = capped(scale * dot(query, key), layout);
      const slopeOfCap = layout.cap === undefined ? 1 : 1 - (score / layout.cap) ** 2;
      const probability = Math.exp(score - log_sum_exp[at]!);
      const slope = probability * (dot(grad, headOf(qkv!, layout, from, shared + keyValueHeads)) - delta) * slopeOfCap * scale;
      addTo(row, head, slope, key);
      addTo(from, shared, slope, query);
      addTo(from, shared + keyValueHeads, probability, grad);
    }
  }
  return gradient;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}
