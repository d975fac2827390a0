import { ceilDivide } from "../../../graph/scalar.js";
import { layoutConditions } from "../problem.js";
import { raggedAbove } from "./family.js";
/** The rows and the columns that a workgroup of subgroup_matrix.wgsl owns, and its step along K. */
const TILE = 32;
/** For GPUs whose subgroups multiply small matrices in one instruction. This way is tried before the tiles where the user asked for it. */
export function matrixWay({ component, size }) {
    return {
        launches: ({ sizes: { rows, columns, inner }, layout, bindings, conditions, terms }) => [
            {
                kernel: "matmul/subgroup_matrix",
                variant: {
                    constants: { SIZE: size },
                    conditions: { ...layoutConditions(layout), ...conditions, F16: component === "f16" },
                },
                bindings,
                parameters: { rows, columns, inner, terms },
                workgroups: [ceilDivide(columns, TILE), ceilDivide(rows, TILE), 1],
            },
        ],
        checkSizes: ({ sizes: { rows, columns, inner } }) => ({
            rows: raggedAbove(TILE, rows),
            columns: raggedAbove(TILE, columns),
            inner: raggedAbove(2 * TILE, inner),
        }),
        precision: component,
    };
}
