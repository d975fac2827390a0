import type { SubgroupMatrix } from "../../../gpu/subgroup_matrix.ts";
import { ceilDivide } from "../../../graph/scalar.ts";
import { layoutConditions } from "../problem.ts";
import { type CheckedWay, raggedAbove } from "./family.ts";

/** The rows and the columns that a workgroup of subgroup_matrix.wgsl owns, and its step along K. */
const TILE = 32;

/** For GPUs whose subgroups multiply small matrices in one instruction. This way is tried before the tiles where the user asked for it. */
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
    ownBits: true,
  };
}
