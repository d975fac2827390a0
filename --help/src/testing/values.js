import { createRandom } from "../random.js";
function values(shape, draw) {
    return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
}
/** Standard normal values, rounded to float32 so that the GPU sees exactly what the reference sees. */
export function normal(shape, seed, scale = 1) {
    const random = createRandom(seed);
    return { shape, data: values(shape, () => Math.fround(random.normal() * scale)) };
}
/** Integers from 0 to `below` - 1. */
export function integers(shape, below, seed, dtype = "u32") {
    const random = createRandom(seed);
    return { shape, dtype, data: values(shape, () => random.integer(below)) };
}
/** The values that are given. */
export function given(shape, data, dtype = "f32") {
    return { shape, dtype, data: Float64Array.from(data) };
}
/** An array of records [N, fields], rounded to float32; fields left out are 0. */
export function records(layout, rows) {
    return given([rows.length, layout.size], rows.flatMap(layout.pack).map(Math.fround));
}
/** Changes some fields of one record in an array of them. */
export function setRecord({ data }, layout, row, fields) {
    data.set(layout.pack({ ...layout.read(data, row * layout.size), ...fields }), row * layout.size);
}
