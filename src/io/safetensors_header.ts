import { brief, quoted } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { isLfsPointer, LFS_REMEDY, parseJsonObject } from "./json.ts";
import { DTYPES } from "./safetensors_dtypes.ts";

/** Where a tensor's bytes lie, counted from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const MAXIMUM_HEADER_BYTES = 100_000_000;

/** Enough of a file's begin to tell what it is: the length of its header takes 8 bytes. */
export const PREFIX_BYTES = 64;

/** The length of the header that a file's first bytes announce. @throws FileError */
export function headerLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (isLfsPointer(new TextDecoder().decode(prefix))) throw new FileError(`${brief(file)} cannot be read: ${LFS_REMEDY}.`);
  if (prefix.length < 8) {
    throw new FileError(`${brief(file)} is truncated: it holds ${fileBytes} bytes; a safetensors file has at least 8; copy it again.`);
  }
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true));
  if (length > MAXIMUM_HEADER_BYTES) {
    throw new FileError(
      `${brief(file)} is not a safetensors file: its header claims ${length} bytes; at most ${MAXIMUM_HEADER_BYTES} are allowed.`,
    );
  }
  if (8 + length > fileBytes) {
    throw new FileError(`${brief(file)} is truncated: its header needs ${8 + length} bytes; the file holds ${fileBytes}; copy it again.`);
  }
  return length;
}

/** The header's tensors in the order of their bytes, which must tile the data exactly: no gap, no overlap, nothing left over. */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): Entry[] {
  const header = parseJsonObject(new TextDecoder().decode(bytes), `The header of ${brief(file)}`);
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => parseEntry(name, value, dataBytes, file))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== position) {
      const problem = begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new FileError(`${brief(file)}: tensor ${quoted(name)} ${problem}: expected to begin at byte ${position}, found ${begin}.`);
    }
    position = end;
  }
  if (position !== dataBytes) {
    throw new FileError(
      `${brief(file)}: ${dataBytes - position} bytes follow the last tensor; expected ${position} bytes of data, found ${dataBytes}.`,
    );
  }
  return entries;
}

function parseEntry(name: string, value: unknown, dataBytes: number, file: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw new FileError(`${brief(file)}: tensor ${quoted(name)} has dtype ${quoted(dtype)}; allowed: ${Object.keys(DTYPES).join(", ")}.`);
  }
  if (!isCounts(shape)) throw new FileError(`${brief(file)}: tensor ${quoted(name)} has shape ${quoted(shape)}; expected whole numbers.`);
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new FileError(`${brief(file)}: tensor ${quoted(name)} has data_offsets ${quoted(offsets)}; expected [begin, end].`);
  }
  const [begin, end] = offsets as [number, number];
  const needed = elements(shape) * DTYPES[dtype]!.bytes;
  if (end - begin !== needed) {
    throw new FileError(
      `${brief(file)}: tensor ${quoted(name)} ${dtype} ${quoted(shape)} needs ${needed} bytes; its offsets span ${end - begin}.`,
    );
  }
  if (end > dataBytes) {
    throw new FileError(
      `${brief(file)} is truncated: tensor ${quoted(name)} ends at byte ${end} of the data; the file holds ${dataBytes}; copy it again.`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** How many numbers a shape has. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}
