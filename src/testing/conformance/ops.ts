import type { OpCase } from "../op_case.ts";
import { detailsOf, measuresOf, skipOf, titleOf } from "../op_measures.ts";
import { opCases } from "../ops/index.ts";
import type { ConformanceCase, ConformanceGroup } from "./case.ts";

function conformanceCase(one: OpCase): ConformanceCase {
  return {
    name: titleOf(one),
    level: one.quick ? "quick" : "default",
    slow: one.slow === true && !one.quick,
    skip: skipOf(one),
    details: detailsOf(one),
    run: ({ device }) => measuresOf(device, one),
  };
}

export const opsGroup: ConformanceGroup = {
  name: "ops",
  description: "every kernel beside double precision, with its gradient, at sizes that fit no block",
  cases: Object.values(opCases).flat().map(conformanceCase),
};
