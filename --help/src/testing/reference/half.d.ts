/** The nearest 16-bit float (IEEE 754 binary16), ties to even; what exceeds 65504 becomes 65504. */
export declare function roundToHalf(x: number): number;
