/// <reference types="@webgpu/types" />
import type { HostArray } from "../gpu/buffer.js";
import type { Device } from "../gpu/device.js";
import { relativeError } from "../gpu/relative_error.js";
import { type DType, type Tensor } from "../graph/tensor.js";
export { relativeError };
/** A value in double precision with its shape; integers are plain numbers too. */
export interface HostValue {
    readonly shape: readonly number[];
    readonly data: Float64Array;
    readonly dtype?: DType;
}
/** Values by the name of an input or output. */
export type HostValues = Readonly<Record<string, HostValue>>;
/** One check of an op: inputs, the op as it is traced, and the same function in plain double precision. */
export interface OpCheck {
    readonly name: string;
    readonly inputs: HostValues;
    /** Inputs whose rows are dynamic: the plan is built for seven more rows than are given. */
    readonly dynamicRows?: readonly string[];
    /** Inputs that are parameters: their gradients are added onto sinks that hold numbers already. */
    readonly parameters?: readonly string[];
    readonly op: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
    readonly reference: (inputs: HostValues) => Readonly<Record<string, Float64Array>>;
    /** Float inputs whose gradients are compared with central differences of the reference; default none. */
    readonly gradients?: readonly string[];
    readonly seed?: number;
}
/** Largest relative errors by the name of the output. A gradient is called "grad_NAME". */
export type OpErrors = Readonly<Record<string, number>>;
/** One result of an op beside what it should be. */
export interface OpMeasurement {
    /** The output; a gradient is called "grad_NAME". */
    readonly name: string;
    readonly shape: readonly number[];
    /** With as many rows as the plan has room for. */
    readonly actual: HostArray;
    readonly expected: Float64Array;
}
/**
 * Runs an op on the GPU, in memory that was filled with NaN, and compares its results with the reference and its gradients
 * with central differences of the reference, both in double precision.
 */
export declare function checkOp(device: Device, check: OpCheck): Promise<OpErrors>;
/** The results of `checkOp` themselves. */
export declare function measureOp(device: Device, check: OpCheck): Promise<OpMeasurement[]>;
/** The values of an input as the GPU takes them. */
export declare function toDevice(value: HostValue): HostArray;
