import { EngineError } from "../gpu/errors.ts";
import { type DType, elementsAtCapacity, isHalf } from "../graph/tensor.ts";
import type { HalfType } from "../half_float.ts";
import { brief, quoted } from "../options/quote.ts";
import { FLOAT_DTYPES, floatsOf, type StoredTensor, type TensorSource } from "../stored_tensor.ts";
import { checkpointPieces, requirePieces } from "./checkpoint_names.ts";
import { createFiniteCheck } from "./finite.ts";
import { namedPieces, wrongCount } from "./load_parameters.ts";
import { type Module, type NamedPiece, piecesOf } from "./module.ts";
import { type ParameterWriter, writeParameter } from "./parameter_memory.ts";
import { allParameters, type PlacedModule } from "./place.ts";

const FILE_DTYPES = { f16: "F16", bf16: "BF16" } as const;

/** A piece's numbers for a parameter: words of 16 bits as they are where it stores their type, and else floats. */
function numbersFor(stored: DType, bytes: Uint8Array<ArrayBuffer>, dtype: string): Float32Array | Uint16Array {
  if (isHalf(stored) && FILE_DTYPES[stored] === dtype) return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return floatsOf(bytes, dtype)!;
}

/** Refuses a checkpoint by its tensors' names, shapes and types, before any number is read. @throws EngineError */
export function requireStoredTensors(module: Module, tensors: TensorSource, source: string): void {
  requireStoredPieces(checkpointPieces(module), tensors, source);
}

function requireStoredPieces(pieces: readonly NamedPiece[], tensors: TensorSource, source: string): void {
  requirePieces(pieces, tensors, source);
  for (const { name } of pieces) {
    const { dtype } = tensors.get(name)!;
    if (FLOAT_DTYPES.includes(dtype)) continue;
    throw new EngineError(
      `${brief(source)}: tensor ${name} has dtype ${quoted(dtype)}; a parameter is read from ${FLOAT_DTYPES.join(", ")}`,
    );
  }
}

/**
 * Copies a checkpoint's tensors into the parameters, a piece of a tensor at a time. Where it fails, some parameters are already overwritten.
 * @throws EngineError as `requireStoredTensors` does, before anything is written
 * @throws NotFiniteError naming the tensor with numbers that are not finite
 */
export async function streamParameters(placed: PlacedModule, tensors: TensorSource, source = "checkpoint"): Promise<void> {
  requireStoredPieces(namedPieces(allParameters(placed)), tensors, source);
  for (const { name, parameter } of allParameters(placed)) {
    const writer = writeParameter(placed.device, parameter);
    const { dtype } = parameter.pieces[0]!;
    for (const piece of piecesOf(name, parameter)) await copyTensor(tensors.get(piece.name)!, piece, { writer, dtype, source });
    writer.end();
  }
  placed.halves?.refresh();
}

interface Destination {
  readonly writer: ParameterWriter;
  readonly dtype: DType;
  readonly source: string;
}

async function copyTensor(tensor: StoredTensor, piece: NamedPiece, { writer, dtype, source }: Destination): Promise<void> {
  const check = createFiniteCheck(piece.name, source, "take another checkpoint");
  const wanted = elementsAtCapacity(piece.shape);
  let count = 0;
  for await (const bytes of tensor.pieces()) {
    const numbers = numbersFor(dtype, bytes, tensor.dtype);
    count += numbers.length;
    // More numbers than the piece holds would run into the parameter's next piece.
    if (count > wanted) break;
    if (numbers instanceof Uint16Array) check.seeHalves(numbers, dtype as HalfType);
    else {
      check.see(numbers);
      if (isHalf(dtype)) requireRange(numbers, dtype, { name: piece.name, source });
    }
    writer.write(numbers);
  }
  if (count !== wanted) throw wrongCount(piece, count, source);
  check.end();
}

/** From here on numbers are rounded to infinity. */
const ROUNDED_TO_INFINITY = { f16: 65520, bf16: 2 ** 128 - 2 ** 119 } as const;

/** A number that is rounded to infinity would make another model in silence. */
function requireRange(numbers: Float32Array, dtype: HalfType, { name, source }: { readonly name: string; readonly source: string }): void {
  const limit = ROUNDED_TO_INFINITY[dtype];
  const wrong = numbers.find((value) => Math.abs(value) >= limit && Number.isFinite(value));
  if (wrong === undefined) return;
  const remedy = dtype === "f16" ? "store them as bf16 or f32" : "store them as f32";
  throw new EngineError(`${brief(source)}: tensor ${name} holds ${wrong}, which is too large for weights in ${dtype}; ${remedy}`);
}
