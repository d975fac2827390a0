/** y = a + b. */
export function addReference({ a, b }) {
    return { y: a.data.map((value, i) => value + b.data[i]) };
}
