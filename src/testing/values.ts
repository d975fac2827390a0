import type { RecordLayout } from "../graph/record.ts";
import { type HalfType, roundTo16, widenFrom16 } from "../half_float.ts";
import { createRandom } from "../random.ts";
import type { HostValue } from "./check_op.ts";

function values(shape: readonly number[], draw: () => number): Float64Array {
  return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
}

/** Standard normal values, rounded to float32 so that the GPU sees exactly what the reference sees. */
export function normal(shape: readonly number[], seed: number, scale = 1): HostValue {
  const random = createRandom(seed);
  return { shape, data: values(shape, () => Math.fround(random.normal() * scale)) };
}

/** Values that a 16-bit type holds, of all sizes that a weight may have, the smallest included. */
export function exact(shape: readonly number[], dtype: HalfType, seed: number): HostValue {
  const random = normal(shape, seed).data;
  const spread = Float32Array.from(random, (x, i) => x * 2 ** -((i * 7) % (dtype === "f16" ? 24 : 60)));
  return { shape, dtype, data: Float64Array.from(widenFrom16(roundTo16(spread, dtype), dtype)) };
}

/** Integers from 0 to `below` - 1. */
export function integers(shape: readonly number[], below: number, seed: number, dtype: "u32" | "i32" = "u32"): HostValue {
  const random = createRandom(seed);
  return { shape, dtype, data: values(shape, () => random.integer(below)) };
}

/** Rows [N, L] padded to whole quads with numbers that must not count. */
export function padRows({ shape, data }: HostValue): HostValue {
  const [rows, length] = shape as [number, number];
  const width = Math.ceil(length / 4) * 4;
  const padded = new Float64Array(rows * width).map((_, i) => (i % 2 === 0 ? Number.NaN : 1e30));
  for (let row = 0; row < rows; row += 1) padded.set(data.subarray(row * length, (row + 1) * length), row * width);
  return { shape: [rows, width], data: padded };
}

/** The values that are given. */
export function given(shape: readonly number[], data: readonly number[], dtype: "f32" | "u32" | "i32" = "f32"): HostValue {
  return { shape, dtype, data: Float64Array.from(data) };
}

/** An array of records [N, fields], rounded to float32; fields left out are 0. */
export function records<Field extends string>(layout: RecordLayout<Field>, rows: readonly Partial<Record<Field, number>>[]): HostValue {
  return given([rows.length, layout.size], rows.flatMap(layout.pack).map(Math.fround));
}

/** Changes some fields of one record in an array of them. */
export function setRecord<Field extends string>(
  { data }: HostValue,
  layout: RecordLayout<Field>,
  row: number,
  fields: Partial<Record<Field, number>>,
): void {
  data.set(layout.pack({ ...layout.read(data, row * layout.size), ...fields }), row * layout.size);
}
