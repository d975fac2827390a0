/** y = x + accumulate * y. */
export function addOntoReference({ x, y }, accumulate) {
    return { y: x.data.map((value, i) => value + (accumulate === 1 ? y.data[i] : 0)) };
}
