import type { Inputs, Op } from "../src/ops/define.js";
import { type HostValues } from "../src/testing/check_op.js";
import type { BenchCase } from "./harness.js";
import { type OpCase } from "./op_case.js";
/** The backward pass of an op alone. The forward pass runs once before, and its outputs are inputs here. */
export interface GradientCase<In extends Inputs, Out extends string, Attributes> extends Omit<OpCase, "op" | "variant" | "inputs" | "build" | "reference"> {
    readonly op: Op<In, Out, Attributes>;
    readonly attributes: Attributes;
    readonly inputs: () => HostValues;
    /** The output whose gradient is given, and the inputs whose gradients are wanted. */
    readonly output: Out;
    readonly gradients: readonly (keyof In & string)[];
    /** The forward pass in double precision. */
    readonly reference: (inputs: HostValues) => Readonly<Record<string, Float64Array>>;
}
export declare function gradientCase<In extends Inputs, Out extends string, Attributes>(options: GradientCase<In, Out, Attributes>): BenchCase;
/**
 * The error of a gradient relative to its length, |gradient - true gradient| / |gradient|, estimated along random directions.
 * The error along a standard normal direction is about as large as the whole error, so that a few differences of a
 * double-precision objective check a whole gradient. One difference for each number would take hours.
 */
export declare function directionalError(gradient: ArrayLike<number>, name: string, inputs: HostValues, objective: (inputs: HostValues) => number): number;
