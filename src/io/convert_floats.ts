import { roundTo16 } from "../half_float.ts";
import { brief, quoted } from "../options/quote.ts";
import { floatsOf } from "../stored_tensor.ts";
import { FileError } from "./file_error.ts";

/** The types in which the numbers of a model can be saved. */
export const SAVED_DTYPES = ["f32", "f16", "bf16"] as const;
export type SavedDtype = (typeof SAVED_DTYPES)[number];

/** The names of these types in a safetensors file. */
export const FILE_DTYPES: Readonly<Record<SavedDtype, string>> = { f32: "F32", f16: "F16", bf16: "BF16" };

/** Bits of the exponent, all of which are set in infinities and NaN. */
const EXPONENT = { f16: 0x7c00, bf16: 0x7f80 } as const;

/**
 * A piece's numbers in another type, rounded to the nearest, ties to even. A piece that has the type already is returned as it is.
 * @throws FileError for a finite number that is too large for the type
 */
export function convertFloats(bytes: Uint8Array<ArrayBuffer>, from: string, to: SavedDtype, name: string): Uint8Array<ArrayBuffer> {
  if (from === FILE_DTYPES[to]) return bytes;
  const floats = floatsOf(bytes, from);
  if (!floats) throw new FileError(`Tensor ${quoted(name)} has dtype ${brief(from)}, which cannot be saved as ${to}.`);
  const result = to === "f32" ? floats : roundTo16(floats, to);
  if (result instanceof Uint16Array && to !== "f32") requireRange(result, floats, to, name);
  return new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
}

function requireRange(halves: Uint16Array, floats: Float32Array, type: "f16" | "bf16", name: string): void {
  const exponent = EXPONENT[type];
  for (let i = 0; i < halves.length; i += 1) {
    if ((halves[i]! & exponent) !== exponent || !Number.isFinite(floats[i])) continue;
    throw new FileError(
      `Tensor ${quoted(name)} holds ${floats[i]}, which is too large for ${type}; save it as ${type === "f16" ? "bf16 or " : ""}f32.`,
    );
  }
}
