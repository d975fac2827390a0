import { subgroupsOf } from "./subgroups.ts";

/**
 * An instruction by which 32 lanes multiply small matrices, with sums in f32: 8 x 8 of f32 values, as Metal has, or 16 x 16 of f16 values,
 * as tensor cores have.
 */
export interface SubgroupMatrix {
  readonly component: "f32" | "f16";
  /** Plain invocations compute what the instruction would, slowly and on any adapter, so that its kernel can be tested. */
  readonly emulated: boolean;
}

/** Which matrix instructions are allowed: those on f32 values, also those on f16 values, or both, emulated. */
export type SubgroupMatrixWish = "f32" | "f16" | "emulated";

/** Dawn's name of the feature, which is an experiment: it exists only where Dawn was told to allow unsafe APIs. */
export const SUBGROUP_MATRIX_FEATURE = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

/** The lanes of a subgroup for which matmul/subgroup_matrix is written, and the size of its matrices. */
const LANES = 32;
const SIZES = { f32: 8, f16: 16 } as const;

/** A matrix instruction as Dawn describes it: left M x K, right K x N, result M x N. */
export interface MatrixConfiguration {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

interface MatrixAdapter {
  readonly features: ReadonlySet<string>;
  readonly info: {
    readonly subgroupMinSize?: number;
    readonly subgroupMaxSize?: number;
    readonly subgroupMatrixConfigs?: Iterable<MatrixConfiguration>;
  };
}

/** The matrix instructions of an adapter that matmul/subgroup_matrix can use, the fastest first. */
export function fittingMatrices({ features, info }: MatrixAdapter, wish: SubgroupMatrixWish | undefined): readonly SubgroupMatrix[] {
  const wanted = wish === "f32" ? (["f32"] as const) : (["f16", "f32"] as const);
  if (wish === "emulated") return wanted.map((component) => ({ component, emulated: true }));
  const { subgroupMatrixConfigs = [] } = info;
  if (wish === undefined || subgroupsOf({ features, info }).lanes !== LANES || !features.has(SUBGROUP_MATRIX_FEATURE)) return [];
  const known = [...subgroupMatrixConfigs];
  const has = (component: "f32" | "f16"): boolean =>
    known.some(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === component && resultComponentType === "f32" && [M, N, K].every((size) => size === SIZES[component]),
    );
  return wanted
    .filter((component) => has(component) && (component === "f32" || features.has("shader-f16")))
    .map((component) => ({ component, emulated: false }));
}
