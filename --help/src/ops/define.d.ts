import type { TuneRequest } from "../gpu/tuning.js";
import { Tensor, type TensorSpec } from "../graph/tensor.js";
import { type BackwardContext, type DeviceTraits, type Dispatch, type Node } from "../graph/trace.js";
/** Inputs by name; an optional input may be undefined. */
export type Inputs = Readonly<Record<string, Tensor | undefined>>;
/** What a shape rule says of an output: a fresh tensor's shape, or an existing tensor that the op writes in place. */
export type OutputSpec = TensorSpec | {
    readonly inPlaceOf: Tensor;
};
/** A call of an op: its inputs, its outputs and its attributes. */
export interface Call<In, Out extends string, Attributes> {
    readonly inputs: In;
    readonly outputs: Readonly<Record<Out, Tensor>>;
    readonly attributes: Attributes;
}
/** What an op is: its shape rule, its kernel launches and its vector-Jacobian product. */
export interface OpDefinition<In extends Inputs, Out extends string, Attributes> {
    /** snake_case; the same word names the kernel, the reference and the benchmark. */
    readonly name: string;
    /** Checks the inputs' shapes (it throws `shapeError`) and returns the outputs' shapes. */
    readonly shape: (inputs: In, attributes: Attributes) => Readonly<Record<Out, OutputSpec>>;
    /** The kernel launches, chosen when the plan is built. */
    readonly forward: (call: Call<In, Out, Attributes>, device: DeviceTraits) => readonly Dispatch[];
    /** What `forward` will ask device.tuning about the choice of its kernels. */
    readonly tune?: (call: Call<In, Out, Attributes>, device: DeviceTraits) => readonly TuneRequest[];
    /** One call that replaces this call and a reader of its output; undefined where no kernel does both. */
    readonly fuse?: (call: Call<In, Out, Attributes>, reader: Node) => Call<In, Out, Attributes> | undefined;
    /** The vector-Jacobian product: calls other ops and returns gradients by input name. Absent: not differentiable. */
    readonly backward?: (call: Call<In, Out, Attributes>, context: BackwardContext) => Partial<Readonly<Record<keyof In, Tensor | undefined>>>;
}
/** An operation on symbolic tensors. Calling it traces a node. */
export type Op<In extends Inputs, Out extends string, Attributes> = ((inputs: In, attributes: Attributes) => Readonly<Record<Out, Tensor>>) & {
    readonly definition: OpDefinition<In, Out, Attributes>;
};
/** Makes an op of a definition: calling it traces a node and returns its symbolic outputs. */
export declare function defineOp<In extends Inputs, Out extends string, Attributes = Record<never, never>>(definition: OpDefinition<In, Out, Attributes>): Op<In, Out, Attributes>;
/** The error for shapes that an op cannot take: it names the op, what was given, and what the op needs. */
export declare function shapeError(op: string, given: Inputs, needs: string): Error;
