/** Numbers given to every run of a plan: how many rows there are, the learning rate, the seed. */
export type RunScalars = Readonly<Record<string, number>>;
/** A number known only when a plan runs, with the largest value it can take. */
export interface ScalarExpression {
    readonly label: string;
    readonly capacity: number;
    evaluate(run: RunScalars): number;
}
/** A number that is known when a plan is built, or one that every run gives. */
export type Scalar = number | ScalarExpression;
/** A size of a tensor: static, or dynamic up to a capacity. */
export type Dimension = Scalar;
/** A number that every run gives by name. `capacity` bounds it where it is a size. */
export declare function runScalar(name: string, capacity?: number): ScalarExpression;
/** A function of scalars. Its capacity is computed from their capacities, so it must not decrease in any of them. */
export declare function derive(label: string, inputs: readonly Scalar[], compute: (...values: number[]) => number): Scalar;
/** The product of sizes, some of which may be dynamic. */
export declare function product(...factors: readonly Scalar[]): Scalar;
/** A quotient rounded up, such as the number of workgroups that cover `value` elements. */
export declare function ceilDivide(value: Scalar, by: number): Scalar;
export declare function evaluateScalar(scalar: Scalar, run: RunScalars): number;
export declare function capacityOf(scalar: Scalar): number;
export declare function describeScalar(scalar: Scalar): string;
