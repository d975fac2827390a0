/** y = a * b. */
export function multiplyReference({ a, b }) {
    return { y: a.data.map((value, i) => value * b.data[i]) };
}
