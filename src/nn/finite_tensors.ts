import { floatsOf, type StoredTensor, type TensorSource } from "../stored_tensor.ts";
import { createFiniteCheck } from "./finite.ts";

/** The same tensors; reading one to its end throws NotFiniteError where a number of it is not finite. `consequence` ends the message. */
export function finiteTensors(tensors: TensorSource, owner: string, consequence: string): TensorSource {
  return new Map([...tensors].map(([name, tensor]) => [name, checked(name, tensor, owner, consequence)]));
}

function checked(name: string, tensor: StoredTensor, owner: string, consequence: string): StoredTensor {
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const check = createFiniteCheck(name, owner, consequence);
    for await (const piece of tensor.pieces()) {
      check.see(floatsOf(piece, tensor.dtype) ?? []);
      yield piece;
    }
    check.end();
  }
  return { ...tensor, pieces };
}
