/** "0.412 ± 0.021": the mean and half of its 95 % interval. */
export declare function interval(values: readonly number[], { sign, digits }?: {
    sign?: boolean | undefined;
    digits?: number | undefined;
}): string;
/** "+0.120", "-0.030". */
export declare function signed(value: number, digits: number): string;
export declare function percent(share: number, digits?: number): string;
export declare function signedPercent(share: number): string;
/** "p = 0.012", "p < 0.0001". */
export declare function probability(p: number): string;
/** A number with five digits: all that a report needs, in a third of the bytes. */
export declare function fiveDigits(value: number): number;
