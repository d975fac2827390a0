/** The nearest 16-bit float (IEEE 754 binary16), ties to even; what exceeds 65504 becomes 65504. */
export function roundToHalf(x) {
    const size = Math.abs(x);
    if (size >= 65504)
        return Math.sign(x) * 65504;
    // The spacing of 16-bit floats around x, which have 11-bit significands. Below 2^-14 it is 2^-24.
    const spacing = 2 ** (Math.max(-14, Math.floor(Math.log2(size || 2 ** -24))) - 10);
    const steps = size / spacing;
    const below = Math.floor(steps);
    const rest = steps - below;
    const isUp = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
    return Math.sign(x) * (isUp ? below + 1 : below) * spacing;
}
