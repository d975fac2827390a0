import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValue, HostValues } from "../check_op.ts";

/** The rows that a row attends to: those that its sequence shares, then those from sequence_start to itself. */
function attendedBy(row: number, { sequence_start, attended }: HostValues): number[] {
  const from = (begin: number, end: number): number[] => Array.from({ length: end - begin }, (_, i) => begin + i);
  const shared = attended ? from(attended.data[3 * row]!, attended.data[3 * row + 1]!) : [];
  return [...shared, ...from(sequence_start!.data[row]!, row + 1)];
}

/** Softmax attention of packed rows, in double precision. */
export function causalAttentionReference(inputs: HostValues, layout: HeadLayout): { out: Float64Array; log_sum_exp: Float64Array } {
  const { heads, keyValueHeads, headDim } = layout;
  const { qkv } = inputs;
  const rows = qkv!.shape[0]!;
  const out = new Float64Array(rows * heads * headDim);
  const log_sum_exp = new Float64Array(rows * heads);
  // Finite differences call this thousands of times, so that each vector is taken out once.
  const vectors = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: heads + 2 * keyValueHeads }, (_, head) => headOf(qkv!, layout, row, head)),
  );
  for (let row = 0; row < rows; row += 1) {
    const attendedRows = attendedBy(row, inputs);
    for (let head = 0; head < heads; head += 1) {
      const shared = heads + Math.floor(head / (heads / keyValueHeads));
      const keys = attendedRows.map((j) => vectors[j]![shared]!);
      const values = attendedRows.map((j) => vectors[j]![shared + keyValueHeads]!);
      const attended = attend(vectors[row]![head]!, keys, values);
      out.set(attended.out, (row * heads + head) * headDim);
      log_sum_exp[row * heads + head] = attended.logSumExp;
    }
  }
  return { out, log_sum_exp };
}

/** The vector of one head of packed qkv: query heads first, then keys, then values. */
export function headOf(qkv: HostValue, { heads, keyValueHeads, headDim }: HeadLayout, row: number, head: number): Float64Array {
  const begin = (row * (heads + 2 * keyValueHeads) + head) * headDim;
  return qkv.data.subarray(begin, begin + headDim);
}

/** One query's softmax attention. */
export function attend(
  query: Float64Array,
  keys: readonly Float64Array[],
  values: readonly Float64Array[],
): { out: Float64Array; logSumExp: number } {
  const scores = keys.map((key) => dot(key, query) / Math.sqrt(query.length));
  const largest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  const out = new Float64Array(query.length);
  for (const [j, value] of values.entries()) {
    for (let d = 0; d < out.length; d += 1) out[d]! += weights[j]! * value[d]!;
  }
  for (let d = 0; d < out.length; d += 1) out[d]! /= total;
  return { out, logSumExp: largest + Math.log(total) };
}

/** The gradient of causal_attention by qkv in double precision, in closed form: finite differences of many rows would take minutes. */
export function causalAttentionGradient(inputs: HostValues, layout: HeadLayout, gradOut: Float64Array): Float64Array {
  const { qkv } = inputs;
  const { heads, keyValueHeads, headDim } = layout;
  const scale = 1 / Math.sqrt(headDim);
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
      const probability = Math.exp(scale * dot(query, key) - log_sum_exp[at]!);
      const slope = probability * (dot(grad, headOf(qkv!, layout, from, shared + keyValueHeads)) - delta) * scale;
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
