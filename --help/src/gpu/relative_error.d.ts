/** max|x - y| / (max|y| + 1e-6); infinite where x has a NaN, NaN where y has one. */
export declare function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number;
