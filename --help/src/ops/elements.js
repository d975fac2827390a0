import { product } from "../graph/scalar.js";
export function elementsOf(shape) {
    const last = shape.at(-1) ?? 1;
    const vec4 = typeof last === "number" && last % 4 === 0;
    const columns = vec4 ? last / 4 : last;
    return { variant: { conditions: { VEC4: vec4 } }, columns, count: product(...shape.slice(0, -1), columns) };
}
/** How a kernel that works row by row cuts x [N, C]: a row has `columns` elements, which are `count` = C values. */
export function rowElements(x) {
    const count = x.size(1);
    const { variant, columns } = elementsOf([count]);
    return { variant, columns: columns, count };
}
