import type { HostArray } from "../gpu/buffer.ts";
import { EngineError } from "../gpu/errors.ts";
import { evaluateScalar, type RunScalars } from "./scalar.ts";
import { type DType, isHalf, type Tensor } from "./tensor.ts";

/** The arrays that hold elements of a type on the host: those of 16 bits lie two to a word. */
function arrayOf(dtype: DType): typeof Float32Array | typeof Uint32Array | typeof Int32Array {
  if (dtype === "u32" || isHalf(dtype)) return Uint32Array;
  return dtype === "i32" ? Int32Array : Float32Array;
}

/** Bytes from the GPU as numbers of a tensor's type. */
export function viewAs({ dtype }: Pick<Tensor, "dtype">, bytes: ArrayBuffer): HostArray {
  return new (arrayOf(dtype))(bytes);
}

/** @throws EngineError where the numbers for an input are in no array of its type: their bits would be taken for others */
export function checkArray(plan: string, { label, dtype }: Pick<Tensor, "label" | "dtype">, given: unknown): void {
  const needed = arrayOf(dtype);
  if (given instanceof needed) return;
  const found = typeof given === "object" && given !== null ? given.constructor.name : String(given);
  throw new EngineError(`${plan}: input ${label} of ${dtype} needs a ${needed.name}; given: ${found}`);
}

/** @throws EngineError where an input has no numbers, or others than its shape asks for; what the GPU held there would be taken instead */
export function checkAllGiven(
  plan: string,
  inputs: ReadonlyMap<string, Tensor>,
  { scalars = {}, inputs: given = {} }: { readonly scalars?: RunScalars; readonly inputs?: Readonly<Record<string, HostArray>> },
): void {
  for (const [name, tensor] of inputs) {
    const shape = tensor.shape.map((size) => evaluateScalar(size, scalars));
    const data = given[name];
    if (data === undefined) throw new EngineError(`${plan}: input ${name} [${shape.join(", ")}] was not given`);
    checkArray(plan, tensor, data);
    const elements = shape.reduce((a, b) => a * b, 1);
    const needed = isHalf(tensor.dtype) ? Math.ceil(elements / 2) : elements;
    if (data.length === needed) continue;
    const words = isHalf(tensor.dtype) ? ` (two of ${tensor.dtype} to a word)` : "";
    throw new EngineError(`${plan}: input ${name} [${shape.join(", ")}] needs ${needed} numbers${words}; given: ${data.length}`);
  }
}
