import { readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { elementsAtCapacity, isHalf } from "../graph/tensor.ts";
import { roundTo16, widenFrom16 } from "../half_float.ts";
import type { Parameter } from "./module.ts";

/** Writes the numbers of one parameter from its first to its last, in runs of any length. */
export interface ParameterWriter {
  /**
   * Writes the next numbers. Words of 16 bits must be of the type that the parameter stores, and are kept exactly; floats are rounded to
   * the nearest number of that type.
   */
  write(values: Float32Array | Uint16Array): void;
  /** Writes what waits for the other half of its word. */
  end(): void;
}

export function writeParameter(device: Device, { pieces }: Pick<Parameter, "pieces">): ParameterWriter {
  const { dtype } = pieces[0]!;
  let written = 0;
  let waiting: Uint16Array = new Uint16Array(0);
  const upload = (data: Float32Array | Uint16Array): void => {
    for (let done = 0; done < data.length; ) {
      const { tensor, at } = placeOf(pieces, written);
      const count = Math.min(data.length - done, elementsAtCapacity(tensor.shape) - at);
      const { buffer, offset, size } = tensor.storage.window!;
      const begin = at * data.BYTES_PER_ELEMENT;
      const window = { buffer, offset: offset + tensor.offset + begin, size: size - tensor.offset - begin };
      uploadBuffer(device, window, inWords(data.subarray(done, done + count)));
      done += count;
      written += count;
    }
  };
  return {
    write: (values) => {
      if (!isHalf(dtype)) return upload(values);
      const halves = values instanceof Uint16Array ? values : roundTo16(values, dtype);
      const all = waiting.length === 0 ? halves : Uint16Array.of(...waiting, ...halves);
      const whole = all.length - (all.length % 2);
      upload(all.subarray(0, whole));
      waiting = all.slice(whole);
    },
    end: () => upload(waiting),
  };
}

/** The piece that holds an element, and where in it. */
function placeOf(pieces: Parameter["pieces"], element: number) {
  let before = 0;
  for (const tensor of pieces) {
    const count = elementsAtCapacity(tensor.shape);
    if (element < before + count) return { tensor, at: element - before };
    before += count;
  }
  throw new Error(`element ${element} lies outside ${pieces[0]}, which has ${before} elements`);
}

/** The same bytes as an array that a buffer takes, with another half word where the last word is not whole. */
function inWords(data: Float32Array | Uint16Array): Float32Array | Uint32Array {
  if (data instanceof Float32Array) return data;
  if (data.byteOffset % 4 === 0 && data.length % 2 === 0) return new Uint32Array(data.buffer, data.byteOffset, data.length / 2);
  const words = new Uint32Array(Math.ceil(data.length / 2));
  new Uint16Array(words.buffer).set(data);
  return words;
}

/** The numbers of parameters, as f32. */
export async function readParameterValues(device: Device, parameters: readonly Pick<Parameter, "pieces">[]): Promise<Float32Array[]> {
  const windows = parameters.flatMap(({ pieces }) => pieces.map(({ storage }) => storage.window!));
  const bytes = await readBuffers(device, windows);
  return parameters.map(({ pieces }) => {
    const parts = pieces.map(({ dtype, shape }) => {
      const read = bytes.shift()!;
      return (isHalf(dtype) ? widenFrom16(new Uint16Array(read), dtype) : new Float32Array(read)).subarray(0, elementsAtCapacity(shape));
    });
    return parts.length === 1 ? parts[0]! : joined(parts);
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
