import type { HostArray } from "../gpu/buffer.ts";
import type { TuneRequest } from "../gpu/tuning.ts";
import type { Tensor, TensorSpec } from "../graph/tensor.ts";
import type { BackwardContext, DeviceTraits, Dispatch, Node } from "../graph/trace.ts";

/** Inputs by name; an optional input may be undefined. */
export type Inputs = Readonly<Record<string, Tensor | undefined>>;

/** What a shape rule says of an output: a fresh tensor's shape, or an existing tensor that the op writes in place. */
export type OutputSpec = TensorSpec | { readonly inPlaceOf: Tensor };

/** A call of an op: its inputs, its outputs and its attributes. */
export interface Call<In, Out extends string, Attributes> {
  readonly inputs: In;
  readonly outputs: Readonly<Record<Out, Tensor>>;
  readonly attributes: Attributes;
}

/** What the trial of an op that works on rows needs to know of a call. */
export interface RowsOfOp<Known> {
  /** The matrix [N, C] whose rows lanes share. */
  readonly matrix: (call: Known) => Tensor;
  /** The output that is compared. */
  readonly output: (call: Known) => Tensor;
  /** What inputs hold in the trial, by name, where random numbers in [-1, 1) do not suit them. */
  readonly contents?: Readonly<Record<string, (elements: number) => HostArray>>;
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
  /** Where lanes share rows and their number may be tuned: then `forward` takes it from device.rowLanes, by row_lanes.ts. */
  readonly rows?: RowsOfOp<Call<In, Out, Attributes>>;
  /** One call that replaces this call and a reader of its output; undefined where no kernel does both. */
  readonly fuse?: (call: Call<In, Out, Attributes>, reader: Node) => Call<In, Out, Attributes> | undefined;
  /** The vector-Jacobian product: calls other ops and returns gradients by input name. Absent: not differentiable. */
  readonly backward?: (
    call: Call<In, Out, Attributes>,
    context: BackwardContext,
  ) => Partial<Readonly<Record<keyof In, Tensor | undefined>>>;
}
