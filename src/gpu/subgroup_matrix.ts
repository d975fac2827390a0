/** Matrices of `size` by `size` that a subgroup multiplies in one instruction, with sums in f32. */
export interface SubgroupMatrix {
  readonly component: "f32" | "f16";
  readonly size: 8 | 16;
}

/** Which matrix instructions are allowed. "f32": those that lose no precision; "f16": also those on operands rounded to 16 bits. */
export type SubgroupMatrixWish = "f32" | "f16";

/** Dawn's name of the feature, which is an experiment: it exists only where Dawn was told to allow unsafe APIs. */
export const SUBGROUP_MATRIX_FEATURE = "chromium-experimental-subgroup-matrix" as GPUFeatureName;

/** A matrix instruction as Dawn describes it: left M x K, right K x N, result M x N. */
interface Configuration {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** The matrix instructions of an adapter that matmul/subgroup_matrix can use, f32 first: square ones with sums in f32. */
export function fittingMatrices(
  { features, info }: { readonly features: ReadonlySet<string>; readonly info: object },
  wish: SubgroupMatrixWish | undefined,
): readonly SubgroupMatrix[] {
  if (wish === undefined || !features.has(SUBGROUP_MATRIX_FEATURE)) return [];
  const { subgroupMatrixConfigs = [] } = info as { subgroupMatrixConfigs?: Iterable<Configuration> };
  const matrices = [...subgroupMatrixConfigs].flatMap(({ componentType, resultComponentType, M, N, K }): SubgroupMatrix[] => {
    const isSquare = M === N && N === K && (M === 8 || M === 16);
    const isWanted = componentType === "f32" || (componentType === "f16" && wish === "f16" && features.has("shader-f16"));
    return isSquare && isWanted && resultComponentType === "f32" ? [{ component: componentType, size: M }] : [];
  });
  return matrices.sort((one, other) => (one.component < other.component ? 1 : -1));
}
