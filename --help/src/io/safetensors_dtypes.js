import { halfToFloat } from "../half_float.js";
/** The element types of the safetensors format that can be read. */
export const DTYPES = {
    F32: { bytes: 4, decode: (buffer) => new Float32Array(buffer) },
    F64: { bytes: 8, decode: (buffer) => Float32Array.from(new Float64Array(buffer)) },
    F16: { bytes: 2, decode: (buffer) => Float32Array.from(new Uint16Array(buffer), halfToFloat) },
    BF16: { bytes: 2, decode: bfloat16ToFloat },
    I64: { bytes: 8, decode: (buffer) => fittingInt32(new BigInt64Array(buffer)) },
    U64: { bytes: 8, decode: (buffer) => fittingInt32(new BigUint64Array(buffer)) },
    I32: { bytes: 4, decode: (buffer) => new Int32Array(buffer) },
    U32: { bytes: 4, decode: (buffer) => fittingInt32(new Uint32Array(buffer)) },
    I16: { bytes: 2, decode: (buffer) => Int32Array.from(new Int16Array(buffer)) },
    U16: { bytes: 2, decode: (buffer) => Int32Array.from(new Uint16Array(buffer)) },
    I8: { bytes: 1, decode: (buffer) => Int32Array.from(new Int8Array(buffer)) },
    U8: { bytes: 1, decode: (buffer) => Int32Array.from(new Uint8Array(buffer)) },
    BOOL: { bytes: 1, decode: (buffer) => Int32Array.from(new Uint8Array(buffer)) },
};
function bfloat16ToFloat(buffer) {
    const wide = Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16);
    return new Float32Array(wide.buffer);
}
function fittingInt32(values) {
    const result = new Int32Array(values.length);
    for (let i = 0; i < values.length; i++) {
        const value = Number(values[i]);
        if (value !== (value | 0))
            return undefined;
        result[i] = value;
    }
    return result;
}
