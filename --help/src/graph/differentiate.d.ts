import type { Tensor } from "./tensor.js";
import { type GradientSink } from "./trace.js";
export interface DifferentiateOptions {
    /** Where the backward pass begins: tensors, and the gradients of the loss by them. */
    readonly seeds: ReadonlyMap<Tensor, Tensor>;
    /** Parameters, and where their gradients go. */
    readonly sinks: ReadonlyMap<Tensor, GradientSink>;
    /** Further tensors whose gradients are wanted (inputs of a check, activations). */
    readonly wanted?: readonly Tensor[];
    /** Adds two gradients: the `add` op, passed in because this module knows no op. */
    readonly add: (a: Tensor, b: Tensor) => Tensor;
    /** Adds a gradient onto a sink in place: the `add_onto` op. */
    readonly addOnto: (sink: GradientSink, gradient: Tensor) => Tensor;
}
/**
 * Reverse-mode differentiation: appends each node's vector-Jacobian product to the current trace, last node first.
 * Returns the gradient of every parameter and wanted tensor that the seeds depend on.
 */
export declare function differentiate(options: DifferentiateOptions): Map<Tensor, Tensor>;
