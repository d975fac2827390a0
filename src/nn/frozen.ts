import type { Device } from "../gpu/device.ts";
import { MemoryError } from "../gpu/errors.ts";
import { bytesOf, elementsAtCapacity, externalTensor, type Tensor } from "../graph/tensor.ts";
import type { Parameter } from "./module.ts";

/** How the numbers of a parameter that is not trained are stored. With f16 and bf16 they exist in 16 bits only. */
export const FROZEN_STORAGE = ["f32", "f16", "bf16"] as const;
export type FrozenStorage = (typeof FROZEN_STORAGE)[number];

/** Where a parameter lies that is not trained: in buffers that hold nothing else. */
export interface FrozenPlacement {
  readonly name: string;
  readonly parameter: Parameter;
  readonly storage: FrozenStorage;
  /** Pieces of whole rows, end to end: one, or several where a table is larger than one binding. */
  readonly pieces: readonly Tensor[];
}

/** A parameter to be placed, and how it is to be stored. */
export interface FrozenParameter {
  readonly name: string;
  readonly parameter: Parameter;
  readonly storage: FrozenStorage;
}

/** A frozen parameter with the pieces that it will lie in. */
export interface PlannedParameter extends FrozenParameter {
  readonly planned: readonly PlannedPiece[];
}

interface PlannedPiece {
  /** Names the buffer, and the tensor in it. */
  readonly label: string;
  readonly title: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/**
 * Plans the memory of frozen parameters, whose pieces take at most `pieceBytes` each. Vectors, and the weights of
 * convolutions, are small and stay f32, which holds every number of 16 bits.
 */
export function planFrozen(device: Device, wanted: readonly FrozenParameter[], pieceBytes: number): PlannedParameter[] {
  return wanted.map(({ name, parameter, storage }) => {
    const stored = parameter.shape.length === 2 ? storage : "f32";
    return { name, parameter, storage: stored, planned: planPieces(device, name, parameter.shape, stored, pieceBytes) };
  });
}

/** Gives a planned parameter its buffers, one for each piece. */
export function placeFrozen({ name, parameter, storage, planned }: PlannedParameter, buffers: readonly GPUBuffer[]): FrozenPlacement {
  const pieces = planned.map(({ title, shape, bytes }, i) => {
    return externalTensor(title, { buffer: buffers[i]!, offset: 0, size: bytes }, shape, storage);
  });
  parameter.place(...pieces);
  return { name, parameter, storage, pieces };
}

/** Pieces begin at multiples of this many rows, so that they begin with whole words and quads. */
const ROW_STEP = 4;

/**
 * Cuts a matrix into pieces of whole rows, as even as can be. A piece takes at most `pieceBytes` in f32, whatever it is stored in, because
 * some kernels expand what they read.
 */
function planPieces(device: Device, name: string, shape: readonly number[], dtype: FrozenStorage, pieceBytes: number): PlannedPiece[] {
  const [rows = 1, ...rest] = shape;
  const rowBytes = 4 * elementsAtCapacity(rest);
  const label = `frozen ${name}`;
  if (rows * rowBytes <= pieceBytes) return [{ label, title: name, shape, bytes: bytesOf({ shape, dtype }) }];
  const most = Math.floor(pieceBytes / rowBytes / ROW_STEP) * ROW_STEP;
  if (shape.length < 2 || most === 0) {
    const bytes = shape.length < 2 ? rows * rowBytes : ROW_STEP * rowBytes;
    const fact = `${name} needs ${bytes} bytes${shape.length < 2 ? "" : ` for ${ROW_STEP} rows`}; ${device.name} binds at most ${pieceBytes}`;
    throw new MemoryError(`${fact}. Take a smaller model or another GPU`, { part: name, bytes, limit: pieceBytes });
  }
  const size = Math.ceil(rows / Math.ceil(rows / most) / ROW_STEP) * ROW_STEP;
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => {
    const piece = [Math.min(size, rows - i * size), ...rest];
    const title = i === 0 ? name : `${name}[${i * size}:]`;
    return { label: `${label} ${i}`, title, shape: piece, bytes: bytesOf({ shape: piece, dtype }) };
  });
}
