import type { Tensor } from "../graph/tensor.js";
/** How a parameter begins when no checkpoint gives it. */
export type Initial = {
    readonly kind: "normal";
    readonly standardDeviation: number;
} | {
    readonly kind: "ones" | "zeros";
};
/** One of several checkpoint tensors that are one matrix here, end to end along the first dimension, as q, k and v are. */
export interface FusedPart {
    readonly name: string;
    readonly rows: number;
}
/** A trainable tensor. It has memory once its module has been placed on a device. */
export declare class Parameter {
    #private;
    readonly shape: readonly number[];
    readonly initial: Initial;
    readonly parts: readonly FusedPart[];
    /** The values rounded to 16-bit floats, two per word. Products read these instead, once `claimWeights` has set them. */
    half: Tensor | undefined;
    constructor(shape: readonly number[], initial: Initial, parts?: readonly FusedPart[]);
    /** The tensor that operations take. @throws Error before the module has been placed on a device */
    get tensor(): Tensor;
    place(tensor: Tensor): void;
}
/** A tensor that is computed once on the host and never trained, such as a table of rotary angles. */
export declare class Constant {
    #private;
    readonly shape: readonly number[];
    /** `data` is a function where computing the values should wait until the sizes are known to fit. */
    constructor(shape: readonly number[], data: Float32Array | (() => Float32Array));
    get data(): Float32Array;
    get tensor(): Tensor;
    place(tensor: Tensor): void;
}
/**
 * A piece of a model. Fields that are parameters, modules or arrays of modules are found by name, so a checkpoint's
 * tensor names are the field names joined by dots.
 */
export declare abstract class Module {
    /** Every parameter once, in the order of the fields, with its dotted name. */
    namedParameters(prefix?: string): Map<string, Parameter>;
    /** Every constant once. */
    constants(): Map<string, Constant>;
}
/** What a checkpoint holds under one name: a whole parameter, or one of its fused parts. */
export interface NamedPiece {
    readonly name: string;
    readonly shape: readonly number[];
    /** Elements from the beginning of the parameter. */
    readonly begin: number;
}
/** "self_attn.qkv_proj.weight" with parts q_proj, k_proj, v_proj -> "self_attn.q_proj.weight" and so on. */
export declare function piecesOf(name: string, parameter: Parameter): NamedPiece[];
