/** The last `width` values as one line of blocks, scaled to their own range; gaps (undefined, NaN) are blanks. */
export declare function sparkline(values: readonly (number | undefined)[], width?: number): string;
