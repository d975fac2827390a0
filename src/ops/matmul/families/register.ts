import { ceilDivide } from "../../../graph/scalar.ts";
import { layoutConditions } from "../problem.ts";
import type { Family, Way } from "./family.ts";

/** The plain kernel, which is right everywhere; the others are compared with it. */
export const registerWay: Way = {
  launches: ({ sizes: { rows, columns, inner }, strides, layout, bindings, conditions, terms, possibleTerms }) => [
    {
      kernel: "matmul/register",
      variant: { constants: { TERMS: possibleTerms }, conditions: { ...layoutConditions(layout), ...conditions } },
      bindings,
      parameters: { rows, columns, inner, ...strides, terms },
      workgroups: [ceilDivide(columns, 32), ceilDivide(rows, 8), 1],
    },
  ],
};

/** For software adapters without subgroups of a fixed size, and wherever nothing better is right. */
export const register: Family = {
  suits: () => true,
  way: () => registerWay,
  candidates: () => ({}),
};
