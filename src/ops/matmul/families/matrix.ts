import type { SubgroupMatrix } from "../../../gpu/subgroup_matrix.ts";
import { ceilDivide } from "../../../graph/scalar.ts";
import type { DeviceTraits } from "../../../graph/trace.ts";
import { layoutConditions, type Problem, wideConditions } from "../problem.ts";
import { type CheckedWay, raggedAbove } from "./family.ts";

/** The rows and the columns that a workgroup of subgroup_matrix.wgsl owns. */
const TILE = 64;
/** The steps of K that share a scale with f16 matrices, and those of a slice. */
const CHUNK = 128;
const STEP = 16;

/** The ways by matrix instructions, by name. A device has instructions only where the user asked for them. */
export function matrixWays(problem: Problem, { subgroupMatrices, limits }: DeviceTraits): Readonly<Record<string, CheckedWay>> {
  const { SUM_A, SUM_B } = problem.conditions;
  // A workgroup walks along all of K, and makes no gradient of a bias.
  if (problem.splits > 1 || SUM_A || SUM_B) return {};
  const fitting = subgroupMatrices.filter(
    (matrix) => suits(matrix, problem) && workgroupBytes(matrix, problem) <= limits.maxComputeWorkgroupStorageSize,
  );
  return Object.fromEntries(
    fitting.map((matrix) => [`${matrix.emulated ? "emulated " : ""}${matrix.component} matrices`, matrixWay(matrix)]),
  );
}

/** f16 matrices are for weights that are f16 already: bfloat16 has exponents that f16 has not, and gradients multiply two f32 matrices. */
function suits({ component }: SubgroupMatrix, { layout, isPadded, conditions: { HALF_B, BF16, SUM_A, SUM_B } }: Problem): boolean {
  // The kernel knows no padded rows and makes no gradient of a bias.
  if (isPadded || SUM_A || SUM_B) return false;
  return component === "f32" || (HALF_B && !BF16 && layout !== "TN");
}

/** The workgroup memory of lib/matrix.wgsl: slices of a and b with padded lines, strips of sums, and the largest values of rows. */
function workgroupBytes({ component, height, lanes, emulated }: SubgroupMatrix, { layout }: Problem): number {
  const isF16 = component === "f16";
  const [padding, parts] = isF16 ? [8, 2] : [4, 1];
  const slice = (isAcross: boolean): number => (isAcross ? TILE * (STEP + padding) : STEP * (TILE + padding));
  const operands = parts * slice(layout !== "TN") + slice(layout === "NT");
  const own = lanes >= 32 ? 32 : 16;
  const strips = (TILE / own) ** 2 * height * (Math.min(own, 256 / height) + 4);
  return (isF16 && !emulated ? 2 : 4) * operands + 4 * strips + (isF16 ? 4 * TILE : 0);
}

function matrixWay({ component, height, width, depth, lanes, emulated }: SubgroupMatrix): CheckedWay {
  const isF16 = component === "f16";
  return {
    launches: ({ sizes, strides, layout, bindings, conditions, terms }) => [
      {
        kernel: "matmul/subgroup_matrix",
        variant: {
          conditions: {
            ...layoutConditions(layout),
            ...wideConditions(layout, sizes, strides),
            ...conditions,
            F16: isF16,
            EMULATED: emulated,
          },
          constants: { MATRIX_HEIGHT: height, MATRIX_WIDTH: width, MATRIX_DEPTH: depth, SUBGROUP_LANES: lanes },
        },
        bindings,
        parameters: { rows: sizes.rows, columns: sizes.columns, inner: sizes.inner, ...strides, terms },
        workgroups: [ceilDivide(sizes.columns, TILE), ceilDivide(sizes.rows, TILE), 1],
      },
    ],
    checkSizes: ({ sizes: { rows, columns, inner } }) => ({
      rows: raggedAbove(TILE, rows),
      columns: raggedAbove(TILE, columns),
      inner: raggedAbove(isF16 ? CHUNK + STEP : 2 * STEP, inner),
    }),
    ownBits: true,
  };
}
