import type { ReportedStep } from "./reporter.ts";

// An event file is a row of records. A record is the length of its data (8 bytes), a checksum of these, the data and a checksum of it.
// The data is a protobuf message Event { wall_time = 1; step = 2; file_version = 3; summary = 5; session_log = 7 }.

/** The first record of a file, which says in which version of the format it is written. */
export function fileHeader(seconds: number): Uint8Array {
  return recordOf([...double(1, seconds), ...text(3, "brain.Event:2")]);
}

/** Tells readers to forget what earlier files say of this step and later ones. */
export function sessionStart(step: number, seconds: number): Uint8Array {
  return recordOf([...double(1, seconds), ...integer(2, step), ...bytes(7, integer(1, 1))]);
}

/** The numbers of a step, as scalars under their names. */
export function scalarsRecord({ step, metrics }: ReportedStep, seconds: number): Uint8Array {
  const values = Object.entries(metrics).flatMap(([name, value]) => bytes(1, [...text(1, name), ...float(2, value)]));
  return recordOf([...double(1, seconds), ...integer(2, step), ...bytes(5, values)]);
}

/** The bytes of an event file up to its first scalars after `step`, and the last step that they hold; a torn end is left out. */
export function upToStep(file: Uint8Array, step: number): { readonly length: number; readonly last: number | undefined } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let last: number | undefined;
  for (let begin = 0; ; ) {
    const end = begin + 12 <= file.length ? begin + 16 + Number(view.getBigUint64(begin, true)) : Number.POSITIVE_INFINITY;
    if (end > file.length) return { length: begin, last };
    const found = stepOf(file.subarray(begin + 12, end - 4));
    if (found !== undefined && found > step) return { length: begin, last };
    last = found ?? last;
    begin = end;
  }
}

/** The step of an event with scalars: its fields are written in the order of their numbers, each number in less than 16. */
function stepOf(event: Uint8Array): number | undefined {
  // The wall time takes 9 bytes; proto3 leaves a step of 0 out.
  let [at, step] = [9, 0];
  if (event[at] === 0x10) {
    at += 1;
    for (let scale = 1; ; scale *= 128, at += 1) {
      step += (event[at]! & 0x7f) * scale;
      if (event[at]! < 0x80) break;
    }
    at += 1;
  }
  return event[at] === 0x2a ? step : undefined;
}

function recordOf(data: readonly number[]): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedChecksum(record.subarray(12, 12 + data.length)), true);
  return record;
}

/** CRC-32C (Castagnoli), rotated by 15 bits and moved by a constant, so that checksums of checksums differ from them. */
function maskedChecksum(data: Uint8Array): number {
  const crc = ~data.reduce((sum, byte) => (sum >>> 8) ^ CRC_TABLE[(sum ^ byte) & 0xff]!, -1);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum;
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function integer(field: number, value: number): number[] {
  return value === 0 ? [] : [field * 8, ...varint(value)];
}

function bytes(field: number, data: readonly number[]): number[] {
  return [field * 8 + 2, ...varint(data.length), ...data];
}

function text(field: number, value: string): number[] {
  return bytes(field, [...new TextEncoder().encode(value)]);
}

function double(field: number, value: number): number[] {
  return [field * 8 + 1, ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [field * 8 + 5, ...new Uint8Array(Float32Array.of(value).buffer)];
}
