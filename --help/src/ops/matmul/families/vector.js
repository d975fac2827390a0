import { capacityOf, ceilDivide } from "../../../graph/scalar.js";
import { isWhole } from "../problem.js";
/** For products NT of few rows on a GPU: lanes add along K in parallel. The bits differ from the tiles', so a call must name the family. */
export const vector = {
    suits: () => false,
    way: () => ({ launches }),
    candidates: () => ({}),
};
function launches({ sizes: { rows, columns, inner }, layout, bindings, conditions, terms }) {
    if (layout !== "NT")
        throw new Error(`matmul layout is ${layout}; it must be NT with the family vector`);
    const height = capacityOf(rows) > 4 ? 8 : 4;
    return [
        {
            kernel: "matmul/vector",
            variant: { constants: { TILE_ROWS: height }, conditions: { ALIGNED: isWhole(inner), ...conditions } },
            bindings,
            parameters: { rows, columns, inner, terms },
            workgroups: [ceilDivide(columns, 4), ceilDivide(rows, height), 1],
        },
    ];
}
