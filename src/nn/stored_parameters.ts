import { readBuffers } from "../gpu/buffer.ts";
import type { BufferWindow } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { elementsAtCapacity, isHalf, type Tensor } from "../graph/tensor.ts";
import type { StoredTensor, TensorSource } from "../stored_tensor.ts";
import { piecesOf } from "./module.ts";
import { allParameters, type FlatBuffers, type PlacedModule } from "./place.ts";

/** Read back at once: a multiple of 4 elements, so that pieces of 16-bit numbers too have whole groups of 8 bytes. */
const PIECE_ELEMENTS = 2 ** 20;

/**
 * A module's parameters under their checkpoint names, in the type that they are stored in. They are read back from the device when they are
 * asked for, and are then as they stand at that moment.
 */
export function storedParameters(placed: PlacedModule): TensorSource {
  return storedPieces(placed.device, allParameters(placed), ({ parameter }) => parameter.pieces);
}

/** The gradients or moments of the trained parameters, given their flat buffers, under the parameters' names. */
export function storedFlatBuffers(placed: PlacedModule, flat: FlatBuffers): TensorSource {
  return storedPieces(placed.device, placed.placements, ({ parameter }) => [flat.of.get(parameter.tensor)!]);
}

type Named = ReturnType<typeof allParameters>[number];

function storedPieces(device: Device, parameters: readonly Named[], memoryOf: (named: Named) => readonly Tensor[]): TensorSource {
  return new Map(
    parameters.flatMap((named) =>
      piecesOf(named.name, named.parameter).map(({ name, shape, begin }) => [name, storedTensor(device, memoryOf(named), shape, begin)]),
    ),
  );
}

const DTYPES = { f32: "F32", f16: "F16", bf16: "BF16" } as const;

/** Elements of tensors that lie end to end, from `begin` on. */
function storedTensor(device: Device, tensors: readonly Tensor[], shape: readonly number[], begin: number): StoredTensor {
  const { dtype } = tensors[0]!;
  const end = begin + elementsAtCapacity(shape);
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = begin; at < end; at += PIECE_ELEMENTS) {
      yield await readElements(device, tensors, at, Math.min(at + PIECE_ELEMENTS, end));
    }
  }
  return { dtype: DTYPES[dtype as keyof typeof DTYPES], shape, pieces };
}

async function readElements(device: Device, tensors: readonly Tensor[], begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const elementBytes = isHalf(tensors[0]!.dtype) ? 2 : 4;
  const windows: (BufferWindow & { readonly skipped: number; readonly bytes: number })[] = [];
  let before = 0;
  for (const tensor of tensors) {
    const from = Math.max(begin - before, 0);
    const to = Math.min(end - before, elementsAtCapacity(tensor.shape));
    before += elementsAtCapacity(tensor.shape);
    if (from >= to) continue;
    const { buffer, offset } = tensor.storage.window!;
    // A copy begins and ends with whole words; two numbers of 16 bits make one.
    const first = Math.floor((from * elementBytes) / 4) * 4;
    const size = Math.ceil((to * elementBytes - first) / 4) * 4;
    windows.push({
      buffer,
      offset: offset + tensor.offset + first,
      size,
      skipped: from * elementBytes - first,
      bytes: (to - from) * elementBytes,
    });
  }
  const read = await readBuffers(device, windows);
  if (read.length === 1 && windows[0]!.skipped === 0) return new Uint8Array(read[0]!, 0, windows[0]!.bytes);
  const joined = new Uint8Array((end - begin) * elementBytes);
  let done = 0;
  windows.forEach(({ skipped, bytes }, i) => {
    joined.set(new Uint8Array(read[i]!, skipped, bytes), done);
    done += bytes;
  });
  return joined;
}
