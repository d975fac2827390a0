/** What the host keeps of a tensor: floats of any width as float32, integers of any width as int32. */
export type HostData = Float32Array | Int32Array;
interface Dtype {
    readonly bytes: number;
    /** Reads a buffer of little-endian values; undefined when an integer does not fit int32. */
    readonly decode: (buffer: ArrayBuffer) => HostData | undefined;
}
/** The element types of the safetensors format that can be read. */
export declare const DTYPES: Readonly<Record<string, Dtype>>;
export {};
