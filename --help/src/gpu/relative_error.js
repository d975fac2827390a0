/** max|x - y| / (max|y| + 1e-6); infinite where x has a NaN, NaN where y has one. */
export function relativeError(actual, expected) {
    let difference = 0;
    let scale = 0;
    for (let i = 0; i < expected.length; i += 1) {
        const distance = Math.abs(actual[i] - expected[i]);
        if (!(distance <= difference))
            difference = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
        scale = Math.max(scale, Math.abs(expected[i]));
    }
    return difference / (scale + 1e-6);
}
