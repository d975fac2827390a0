/** Dawn's name of the feature, which is an experiment: it exists only where Dawn was told to allow unsafe APIs. */
export const SUBGROUP_MATRIX_FEATURE = "chromium-experimental-subgroup-matrix";
/** The matrix instructions of an adapter that matmul/subgroup_matrix can use, f32 first: square ones with sums in f32. */
export function fittingMatrices({ features, info }, wish) {
    if (wish === undefined || !features.has(SUBGROUP_MATRIX_FEATURE))
        return [];
    const { subgroupMatrixConfigs = [] } = info;
    const matrices = [...subgroupMatrixConfigs].flatMap(({ componentType, resultComponentType, M, N, K }) => {
        const isSquare = M === N && N === K && (M === 8 || M === 16);
        const isWanted = componentType === "f32" || (componentType === "f16" && wish === "f16" && features.has("shader-f16"));
        return isSquare && isWanted && resultComponentType === "f32" ? [{ component: componentType, size: M }] : [];
    });
    return matrices.sort((one, other) => (one.component < other.component ? 1 : -1));
}
