import { subgroupsOf } from "./subgroups.ts";

/** An instruction by which the lanes of a subgroup multiply two small matrices of f32 values, or of f16 values, with sums in f32. */
export interface SubgroupMatrix {
  readonly component: "f32" | "f16";
  /** The left matrix is height x depth, the right one depth x width, their product height x width. */
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  /** The lanes of a subgroup. */
  readonly lanes: number;
  /** Plain invocations compute what the instruction would, slowly and on any adapter, so that its kernel can be tested. */
  readonly emulated: boolean;
}

/** Which matrix instructions are allowed: those on f32 values, also those on f16 values, or both, emulated. */
export type SubgroupMatrixWish = "f32" | "f16" | "emulated";

/** Dawn's name of the feature, which is an experiment: it exists only where Dawn was told to allow unsafe APIs. */
export const SUBGROUP_MATRIX_FEATURE = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

/** The sizes of subgroups for which matmul/subgroup_matrix is written, of the heights and widths of a matrix, and of its depths. */
const LANES: readonly number[] = [8, 16, 32, 64];
const SIDES: readonly number[] = [8, 16];
const DEPTHS: readonly number[] = [4, 8, 16];

/** What is emulated: 8 x 8 of f32 values, as Metal has, and 16 x 16 of f16 values, as tensor cores have. */
const EMULATED = {
  f32: { component: "f32", height: 8, width: 8, depth: 8, lanes: 32, emulated: true },
  f16: { component: "f16", height: 16, width: 16, depth: 16, lanes: 32, emulated: true },
} as const;

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

/** The matrix instructions of an adapter that matmul/subgroup_matrix can use, the fastest first: the largest of each component. */
export function fittingMatrices({ features, info }: MatrixAdapter, wish: SubgroupMatrixWish | undefined): readonly SubgroupMatrix[] {
  const wanted = wish === "f32" ? (["f32"] as const) : (["f16", "f32"] as const);
  if (wish === "emulated") return wanted.map((component) => EMULATED[component]);
  const { lanes } = subgroupsOf({ features, info });
  if (wish === undefined || lanes === undefined || !LANES.includes(lanes) || !features.has(SUBGROUP_MATRIX_FEATURE)) return [];
  const known = [...(info.subgroupMatrixConfigs ?? [])].sort((a, b) => b.M * b.N * b.K - a.M * a.N * a.K);
  return wanted
    .filter((component) => component === "f32" || features.has("shader-f16"))
    .flatMap((component) => {
      const found = known.find(
        ({ componentType, resultComponentType, M, N, K }) =>
          componentType === component && resultComponentType === "f32" && SIDES.includes(M) && SIDES.includes(N) && DEPTHS.includes(K),
      );
      return found ? [{ component, height: found.M, width: found.N, depth: found.K, lanes, emulated: false }] : [];
    });
}
