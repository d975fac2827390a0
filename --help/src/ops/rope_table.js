/** Cosines, then sines, of D/2 angles per position, in double precision on the host: [P, D]. */
export function ropeTable(options) {
    const { positions, headDim } = options;
    const half = headDim / 2;
    const frequencies = Array.from({ length: half }, (_, i) => scaled(options.theta ** ((-2 * i) / headDim), options.scaling));
    const table = new Float32Array(positions * headDim);
    for (let position = 0; position < positions; position += 1) {
        frequencies.forEach((frequency, i) => {
            table[position * headDim + i] = Math.cos(position * frequency);
            table[position * headDim + half + i] = Math.sin(position * frequency);
        });
    }
    return table;
}
function scaled(frequency, scaling) {
    if (!scaling)
        return frequency;
    if (scaling.kind === "linear")
        return frequency / scaling.factor;
    const wavelength = (2 * Math.PI) / frequency;
    const { factor, lowFreqFactor, highFreqFactor, originalMaxPositions } = scaling;
    const smooth = Math.min(1, Math.max(0, (originalMaxPositions / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)));
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
}
