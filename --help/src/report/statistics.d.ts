/** A point of a curve with the interval around it. */
export interface Point {
    readonly x: number;
    readonly y: number;
    readonly low?: number;
    readonly high?: number;
}
/** The mean; NaN for no values. */
export declare function mean(values: readonly number[]): number;
/** The unbiased variance of two values or more. */
export declare function variance(values: readonly number[]): number;
/** The unbiased standard deviation of two values or more. */
export declare function deviation(values: readonly number[]): number;
/** The straight line of least squares, which goes through the points' centre. It is level where all points have one x. */
export declare function leastSquares(points: readonly Pick<Point, "x" | "y">[]): {
    slope: number;
    centre: {
        x: number;
        y: number;
    };
};
/** Values that follow each other as the points 0, 1, 2 ... of a curve, or counted from `first`. */
export declare function curveOf(values: readonly number[], first?: number): {
    x: number;
    y: number;
}[];
/** The moving mean over `window` points centred at each point (fewer at the ends), so that a curve is not shifted. */
export declare function smooth(points: readonly Point[], window: number): Point[];
