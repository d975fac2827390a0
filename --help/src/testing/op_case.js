/** max |x - y| / (|y| + 0.1); infinite where x has a NaN. */
export function elementError(actual, expected) {
    let worst = 0;
    for (let i = 0; i < expected.length; i += 1) {
        const error = Object.is(actual[i], expected[i]) ? 0 : Math.abs(actual[i] - expected[i]) / (Math.abs(expected[i]) + 0.1);
        if (!(error <= worst))
            worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    }
    return worst;
}
