import { capacityOf, ceilDivide } from "../../../graph/scalar.ts";
import type { Dispatch } from "../../../graph/trace.ts";
import { isWhole, type Problem } from "../problem.ts";
import type { Family } from "./family.ts";

/** For a few rows of NT on a GPU, by sums along K in parallel. Their bits are not the tiles', so only who asks for them gets them. */
export const vector: Family = {
  suits: () => false,
  way: () => ({ launches }),
  candidates: () => ({}),
};

function launches({ sizes: { rows, columns, inner }, layout, bindings, conditions, terms }: Problem): Dispatch[] {
  if (layout !== "NT") throw new Error(`the matmul family vector is for the layout NT; given ${layout}`);
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
