/** Converts the bits of an IEEE half-precision float to a number: 1 sign bit, 5 exponent bits, 10 fraction bits. */
export declare function halfToFloat(bits: number): number;
/** The values of words that hold two 16-bit floats each, the lower half first, as in WGSL's unpack2x16float. */
export declare function unpackHalves(words: Uint32Array): Float32Array;
