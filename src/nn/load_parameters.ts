import { uploadBuffer } from "../gpu/buffer.ts";
import { EngineError } from "../gpu/errors.ts";
import { elementsAtCapacity } from "../graph/tensor.ts";
import { brief } from "../options/quote.ts";
import { requirePieces } from "./checkpoint_names.ts";
import { requireFinite } from "./finite.ts";
import { type NamedPiece, type Parameter, piecesOf } from "./module.ts";
import { readParameterValues, writeParameter } from "./parameter_memory.ts";
import { allParameters, type FlatBuffers, type Named, type PlacedModule } from "./place.ts";
import { noteWeightChange } from "./weights_watch.ts";

/** A named tensor on the host, as checkpoints hold it. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The pieces of parameters under their checkpoint names. */
export function namedPieces(parameters: readonly Named[]): (NamedPiece & { readonly parameter: Parameter })[] {
  return parameters.flatMap(({ name, parameter }) => piecesOf(name, parameter).map((piece) => ({ ...piece, parameter })));
}

/**
 * Copies a checkpoint's tensors into the parameters.
 * @throws EngineError naming the tensor, the expected and the found shape, or the tensor that is missing
 * @throws NotFiniteError naming the tensor with numbers that are not finite
 */
export function loadParameters(placed: PlacedModule, tensors: ReadonlyMap<string, NamedArray>, source = "checkpoint"): void {
  const pieces = namedPieces(allParameters(placed));
  requireTensors(pieces, tensors, source);
  requireFinite(new Map(pieces.map(({ name }) => [name, tensors.get(name)!])), source, "take another checkpoint");
  noteWeightChange(placed.module);
  for (const { name, parameter } of allParameters(placed)) {
    const writer = writeParameter(placed.device, parameter);
    for (const piece of piecesOf(name, parameter)) writer.write(Float32Array.from(tensors.get(piece.name)!.data));
    writer.end();
  }
  placed.halves?.refresh();
}

/** @throws EngineError where a tensor is missing, or has another shape or another number of values than its piece */
export function requireTensors(
  pieces: readonly Pick<NamedPiece, "name" | "shape">[],
  tensors: ReadonlyMap<string, NamedArray>,
  source: string,
): void {
  requirePieces(pieces, tensors, source);
  for (const { name, shape } of pieces) {
    const { data } = tensors.get(name)!;
    if (data instanceof Int32Array) throw wholeNumbers(name, source);
    if (data.length !== elementsAtCapacity(shape)) throw wrongCount({ name, shape }, data.length, source);
  }
}

function wholeNumbers(name: string, source: string): EngineError {
  return new EngineError(`${brief(source)}: tensor ${name} holds whole numbers; a parameter needs floats`);
}

export function wrongCount({ name, shape }: Pick<NamedPiece, "name" | "shape">, count: number, source: string): EngineError {
  const wanted = `tensor ${name} [${shape.join(", ")}] needs ${elementsAtCapacity(shape)} values`;
  return new EngineError(`${brief(source)}: ${wanted}; it holds ${count}`);
}

/** Reads all parameters back under their checkpoint names; given flat buffers, the gradients or moments of the trained ones. */
export async function readParameters(
  placed: PlacedModule,
  flat?: FlatBuffers,
): Promise<Map<string, { shape: number[]; data: Float32Array }>> {
  const parameters = flat ? placed.placements : allParameters(placed);
  const read = parameters.map(({ parameter }) => (flat ? { pieces: [flat.of.get(parameter.tensor)!] } : parameter));
  const values = await readParameterValues(placed.device, read);
  const found = new Map<string, { shape: number[]; data: Float32Array }>();
  parameters.forEach(({ name, parameter }, i) => {
    for (const piece of piecesOf(name, parameter)) {
      const data = values[i]!.slice(piece.begin, piece.begin + elementsAtCapacity(piece.shape));
      found.set(piece.name, { shape: [...piece.shape], data });
    }
  });
  return found;
}

/**
 * Writes flat buffers (moments) from arrays under checkpoint names.
 * @throws EngineError as `loadParameters` does, before anything is written
 */
export function loadFlatBuffers(placed: PlacedModule, flat: FlatBuffers, tensors: ReadonlyMap<string, NamedArray>): void {
  const pieces = namedPieces(placed.placements);
  requireTensors(pieces, tensors, "optimizer state");
  for (const { name, shape, begin, parameter } of pieces) {
    const { buffer, offset } = flat.of.get(parameter.tensor)!.storage.window!;
    const size = elementsAtCapacity(shape) * 4;
    uploadBuffer(placed.device, { buffer, offset: offset + begin * 4, size }, Float32Array.from(tensors.get(name)!.data));
  }
}
