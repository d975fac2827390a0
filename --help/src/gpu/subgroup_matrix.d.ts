/// <reference types="@webgpu/types" />
/** Matrices of `size` by `size` that a subgroup multiplies in one instruction, with sums in f32. */
export interface SubgroupMatrix {
    readonly component: "f32" | "f16";
    readonly size: 8 | 16;
}
/** Which matrix instructions are allowed. "f32": those that lose no precision; "f16": also those on operands rounded to 16 bits. */
export type SubgroupMatrixWish = "f32" | "f16";
/** Dawn's name of the feature, which is an experiment: it exists only where Dawn was told to allow unsafe APIs. */
export declare const SUBGROUP_MATRIX_FEATURE: GPUFeatureName;
/** The matrix instructions of an adapter that matmul/subgroup_matrix can use, f32 first: square ones with sums in f32. */
export declare function fittingMatrices({ features, info }: {
    readonly features: ReadonlySet<string>;
    readonly info: object;
}, wish: SubgroupMatrixWish | undefined): readonly SubgroupMatrix[];
