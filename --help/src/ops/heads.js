/** Columns of packed qkv. */
export function packedWidth({ heads, keyValueHeads, headDim }) {
    return (heads + 2 * keyValueHeads) * headDim;
}
/** Whether qkv has the columns of a layout, and the query heads can be shared out evenly among the key-value heads. */
export function isPacked(qkv, layout) {
    return qkv.shape.length === 2 && qkv.size(1) === packedWidth(layout) && layout.heads % layout.keyValueHeads === 0;
}
/** What an op on packed qkv needs, in words for its error. */
export function describePacked({ heads, keyValueHeads, headDim }) {
    const columns = packedWidth({ heads, keyValueHeads, headDim });
    return `qkv [N, ${columns}]: ${heads} query heads, a multiple of the ${keyValueHeads} key-value heads, of ${headDim} each`;
}
/** How kernels hold a head: in elements of `width` floats (lib/element), 4 where `length`, by default D, is a multiple of 4, else 1. */
export function headElements(headDim, length = headDim) {
    const width = length % 4 === 0 ? 4 : 1;
    return { variant: { constants: { HEAD_ELEMENTS: headDim / width }, conditions: { VEC4: width === 4 } }, width };
}
