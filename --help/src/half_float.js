/** Converts the bits of an IEEE half-precision float to a number: 1 sign bit, 5 exponent bits, 10 fraction bits. */
export function halfToFloat(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0x1f)
        return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    if (exponent === 0)
        return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
/** The values of words that hold two 16-bit floats each, the lower half first, as in WGSL's unpack2x16float. */
export function unpackHalves(words) {
    const values = new Float32Array(2 * words.length);
    words.forEach((word, i) => {
        values[2 * i] = halfToFloat(word & 0xffff);
        values[2 * i + 1] = halfToFloat(word >>> 16);
    });
    return values;
}
