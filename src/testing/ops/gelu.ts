import { type GeluForm, gelu } from "../../ops/gelu.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { geluReference } from "../reference/gelu.ts";
import { given, normal } from "../values.ts";

function caseOf(title: string, x: HostValue, { form = "tanh", ...more }: Partial<OpCase> & { readonly form?: GeluForm } = {}): OpCase {
  return {
    name: "gelu",
    title,
    tolerance: 2e-5,
    inputs: { x },
    op: (inputs) => ({ y: gelu(inputs.x!, form) }),
    reference: (inputs) => geluReference(inputs, form),
    ...more,
  };
}

/** 1, 3 and 33 columns go one by one, 4 and 12 as vec4. */
const SHAPES = [
  [1, 1],
  [5, 4],
  [7, 3],
  [23, 12],
  [9, 33],
] as const;

/** Both sides of where the exact form passes from one polynomial to the other, and what is left of it far below 0. */
const TAILS = [-1e30, -100, -14.1, -9, -6, -4, -2.5, -1.26, -1.24, -0.1, -1e-3, 0, 1e-30, 0.7, 1.24, 1.26, 3, 6, 9, 14.1, 100, 1e4];

/** Numbers from -5 to 5. */
const GRID = Array.from({ length: 401 }, (_, i) => Math.fround((i - 200) / 40));

/** WGSL has no erf, so each number of ours is compared by its own size. Those far below 0 are so small that they have a case. */
const exactCases: readonly OpCase[] = [
  caseOf("erf at the ends", given([TAILS.length], TAILS.map(Math.fround)), { form: "erf", tolerance: 1e-6, byElement: true, quick: true }),
  caseOf("erf between them", given([GRID.length], GRID), { form: "erf", tolerance: 5e-6, byElement: true, gradients: ["x"] }),
  caseOf("erf far below 0", given([5], [-6, -5, -4.5, -4, -3.5]), { form: "erf", tolerance: 1e-5, gradients: ["x"] }),
  caseOf("erf of 23 x 12", normal([23, 12], 1, 2), { form: "erf", dynamicRows: ["x"], gradients: ["x"], quick: true }),
];

export const geluCases: readonly OpCase[] = [
  ...SHAPES.map(([rows, columns]) =>
    caseOf(`${rows} x ${columns}`, normal([rows, columns], 1, 2), {
      dynamicRows: ["x"],
      gradients: ["x"],
      quick: rows === 23,
    }),
  ),
  caseOf("finite where the exponential overflows", given([9], [-1e4, -100, -12, -9, 0, 9, 12, 100, 1e4]), {
    gradients: ["x"],
    quick: true,
  }),
  ...[8, 9].map((length) => caseOf(`one dimension of ${length}`, normal([length], 5), { dynamicRows: ["x"] })),
  ...exactCases,
];
