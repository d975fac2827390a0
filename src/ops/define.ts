import type { TuneRequest } from "../gpu/tuning.ts";
import { describeShape, elementsAtCapacity, type Storage, Tensor, type TensorSpec } from "../graph/tensor.ts";
import {
  type BackwardContext,
  currentScope,
  type DeviceTraits,
  type Dispatch,
  type Node,
  type NodeTensors,
  record,
} from "../graph/trace.ts";

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

/** A call of whichever op, as a node that still lacks the place where it is traced. */
export interface OtherCall {
  readonly node: (label: string) => Omit<Node, "scope" | "isBackward">;
}

/** What an op is: its shape rule, its kernel launches and its vector-Jacobian product. */
export interface OpDefinition<In extends Inputs, Out extends string, Attributes> {
  /** snake_case; the same word names the reference and the benchmark, and mostly the kernel (ops/index.ts lists those of each op). */
  readonly name: string;
  /** Checks the inputs' shapes (it throws `shapeError`) and returns the outputs' shapes. */
  readonly shape: (inputs: In, attributes: Attributes) => Readonly<Record<Out, OutputSpec>>;
  /** The kernel launches, chosen when the plan is built. */
  readonly forward: (call: Call<In, Out, Attributes>, device: DeviceTraits) => readonly Dispatch[];
  /** What `forward` will ask device.tuning about the choice of its kernels. */
  readonly tune?: (call: Call<In, Out, Attributes>, device: DeviceTraits) => readonly TuneRequest[];
  /** Stands between the node and `forward` where tuning has several ways to call it (tuned_lanes.ts). */
  readonly tuned?: (definition: OpDefinition<In, Out, Attributes>) => Pick<OpDefinition<In, Out, Attributes>, "forward" | "tune">;
  /** Calls, of this op or of another (callOf), that each replace this call and a reader of its output, the best first. */
  readonly fuse?: (call: Call<In, Out, Attributes>, reader: Node) => readonly (Call<In, Out, Attributes> | OtherCall)[];
  /** The vector-Jacobian product: calls other ops and returns gradients by input name. Absent: not differentiable. */
  readonly backward?: (
    call: Call<In, Out, Attributes>,
    context: BackwardContext,
  ) => Partial<Readonly<Record<keyof In, Tensor | undefined>>>;
}

/** An operation on symbolic tensors. Calling it traces a node. */
export type Op<In extends Inputs, Out extends string, Attributes> = ((
  inputs: In,
  attributes: Attributes,
) => Readonly<Record<Out, Tensor>>) & { readonly definition: OpDefinition<In, Out, Attributes> };

/** Makes an op of a definition: calling it traces a node and returns its symbolic outputs. */
export function defineOp<In extends Inputs, Out extends string, Attributes = Record<never, never>>(
  definition: OpDefinition<In, Out, Attributes>,
): Op<In, Out, Attributes> {
  const op = (inputs: In, attributes: Attributes): Readonly<Record<Out, Tensor>> => {
    const label = labelOf(definition.name, inputs);
    const specs = Object.entries(definition.shape(inputs, attributes)) as [Out, OutputSpec][];
    const outputs = Object.fromEntries(specs.map(([name, spec]) => [name, outputTensor(`${label}.${name}`, spec)])) as Record<Out, Tensor>;
    record(nodeOf(definition, label, { inputs, outputs, attributes }));
    return outputs;
  };
  return Object.assign(op, { definition });
}

/** A call of another op, where a fusion is that op's work. */
export function callOf<In extends Inputs, Out extends string, Attributes>(
  { definition }: Op<In, Out, Attributes>,
  call: Call<In, Out, Attributes>,
): OtherCall {
  return { node: (label) => nodeOf(definition, label, call) };
}

function nodeOf<In extends Inputs, Out extends string, Attributes>(
  definition: OpDefinition<In, Out, Attributes>,
  label: string,
  call: Call<In, Out, Attributes>,
): Omit<Node, "scope" | "isBackward"> {
  const { name, fuse, backward } = definition;
  const { forward, tune } = definition.tuned?.(definition) ?? definition;
  const present = Object.entries(call.inputs).filter(([, tensor]) => tensor !== undefined);
  return {
    op: name,
    label,
    inputs: Object.fromEntries(present) as NodeTensors,
    outputs: call.outputs,
    attributes: call.attributes as Readonly<Record<string, unknown>>,
    dispatches: (device) => forward(call, device),
    tune: tune && ((device) => tune(call, device)),
    fuse:
      fuse &&
      ((reader) =>
        fuse(call, reader).map((both) => {
          const node = "node" in both ? both.node(label) : nodeOf(definition, label, both);
          return { ...node, scope: reader.scope, isBackward: reader.isBackward };
        })),
    backward: backward && ((context) => backward(call, context)),
  };
}

function outputTensor(label: string, spec: OutputSpec): Tensor {
  if ("inPlaceOf" in spec) {
    const { shape, dtype, storage, offset } = spec.inPlaceOf;
    return new Tensor({ shape, dtype, storage, offset, label: spec.inPlaceOf.label });
  }
  const storage: Storage = { kind: "slot", label, bytes: elementsAtCapacity(spec.shape) * 4, isExact: spec.isExact };
  return new Tensor({ shape: spec.shape, dtype: spec.dtype ?? "f32", storage, label });
}

/** The op's name with the parameter it uses, else with the scope it was called in: "matmul model.layers.0.mlp.down_proj.weight". */
function labelOf(name: string, inputs: Inputs): string {
  const parameter = Object.values(inputs).find((tensor) => tensor?.storage.kind === "external");
  const where = parameter?.label ?? currentScope();
  return where ? `${name} ${where}` : name;
}

/** The error for shapes that an op cannot take: it names the op, what was given, and what the op needs. */
export function shapeError(op: string, given: Inputs, needs: string): Error {
  const tensors = Object.entries(given)
    .filter(([, tensor]) => tensor !== undefined)
    .map(([name, tensor]) => `${name} ${describeShape(tensor!.shape)}`);
  return new Error(`${op}: given ${tensors.join(", ")}; it needs ${needs}`);
}
