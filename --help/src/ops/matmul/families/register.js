import { ceilDivide } from "../../../graph/scalar.js";
import { layoutConditions } from "../problem.js";
/** The plain kernel, which is right everywhere; the others are compared with it. */
export const registerWay = {
    launches: ({ sizes: { rows, columns, inner }, layout, bindings, conditions, terms, possibleTerms }) => [
        {
            kernel: "matmul/register",
            variant: { constants: { TERMS: possibleTerms }, conditions: { ...layoutConditions(layout), ...conditions } },
            bindings,
            parameters: { rows, columns, inner, terms },
            workgroups: [ceilDivide(columns, 32), ceilDivide(rows, 8), 1],
        },
    ],
};
/** For software adapters without subgroups of a fixed size, and wherever nothing better is right. */
export const register = {
    suits: () => true,
    way: () => registerWay,
    candidates: () => ({}),
};
