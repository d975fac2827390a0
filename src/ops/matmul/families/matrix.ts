import type { SubgroupMatrix } from "../../../gpu/subgroup_matrix.ts";
import { ceilDivide } from "../../../graph/scalar.ts";
import { layoutConditions } from "../problem.ts";
import { type CheckedWay, raggedAbove } from "./family.ts";

/** Rows, columns and depth of what a workgroup of subgroup_matrix.wgsl owns. */
const TILE = 32;

/** For GPUs whose subgroups multiply small matrices in one instruction: tried before the tiles where it was asked for. */
export function matrixWay({ component, size }: SubgroupMatrix): CheckedWay {
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
