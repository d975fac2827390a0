/** The two 16-bit floats of every word, the low one first. */
export function fromHalfReference({ half }) {
    const values = [...half.data].flatMap((word) => [floatOf(word % 65536), floatOf(Math.floor(word / 65536))]);
    return { y: Float64Array.from(values) };
}
/** A 16-bit float has a sign, 5 bits of exponent and 10 of fraction. Infinities and NaN are not expected. */
function floatOf(bits) {
    const sign = bits >= 32768 ? -1 : 1;
    const exponent = Math.floor(bits / 1024) % 32;
    const fraction = bits % 1024;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
