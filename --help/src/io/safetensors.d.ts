import { type Digest } from "./digest.js";
import { type HostData } from "./safetensors_dtypes.js";
/** A tensor in host memory. `dtype` is the type in the file it came from; `data` is float32 for floats, int32 for integers. */
export interface HostTensor {
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly data: HostData;
}
/** Reads a safetensors file tensor by tensor, so that it may exceed what one buffer can hold. Throws FileError naming file and tensor. */
export declare function readSafetensors(path: string): Promise<Map<string, HostTensor>>;
/** Tensors of a safetensors file held in memory; `name` stands for the file in error messages. */
export declare function parseSafetensors(bytes: Uint8Array, name: string): Map<string, HostTensor>;
/** Writes float data as F32 and integer data as I32, in the map's order, and syncs the file. Returns what was written. */
export declare function writeSafetensors(path: string, tensors: ReadonlyMap<string, HostTensor>): Promise<Digest>;
export declare function serializeSafetensors(tensors: ReadonlyMap<string, HostTensor>): Uint8Array;
