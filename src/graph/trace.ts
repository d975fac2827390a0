import { EngineError } from "../gpu/errors.ts";
import type { KernelSource, KernelVariant } from "../gpu/link.ts";
import type { SubgroupMatrix } from "../gpu/subgroup_matrix.ts";
import type { AskedSizes } from "../gpu/subgroups.ts";
import type { TuneRequest, Tuning } from "../gpu/tuning.ts";
import type { Scalar } from "./scalar.ts";
import { bytesOf, type DType, describeShape, elementsAtCapacity, type Storage, Tensor, type TensorSpec } from "./tensor.ts";

/** One kernel launch of a node, over symbolic tensors. */
export interface Dispatch {
  readonly kernel: KernelSource;
  readonly variant?: KernelVariant;
  /** Tensors by binding name. */
  readonly bindings: Readonly<Record<string, Tensor>>;
  /** Values by parameter name. */
  readonly parameters?: Readonly<Record<string, Scalar>>;
  /** One number of workgroups is folded into two dimensions if it exceeds the device's limit (lib/grid); three are taken as they are. */
  readonly workgroups: Scalar | readonly [Scalar, Scalar, Scalar];
  /** Bindings of which this launch leaves some elements as they were, which may be anything. The search for NaN leaves them out. */
  readonly partly?: readonly string[];
  /** Floating-point operations, where they are known; they decide where a submission is cut. */
  readonly operations?: Scalar;
  /** One launch that does the work of this one and of a later one; undefined where no kernel does both (graph/join). */
  readonly join?: (later: Dispatch) => Dispatch | undefined;
}

export function workgroupsOf({ workgroups }: Dispatch): readonly Scalar[] {
  return typeof workgroups === "number" || "capacity" in workgroups ? [workgroups] : workgroups;
}

/** What a node may know of the device when it chooses its kernels. */
export interface DeviceTraits {
  readonly software: boolean;
  readonly gathers: boolean;
  readonly subgroups: boolean;
  readonly lanes: number;
  readonly askedSizes: AskedSizes;
  /** The lanes that share a row, instead of those of the rule (ops/row_lanes). */
  readonly rowLanes?: number;
  readonly limits: GPUSupportedLimits;
  readonly subgroupMatrices: readonly SubgroupMatrix[];
  readonly tuning: Pick<Tuning, "measures" | "choice">;
}

/** Where the gradient of a parameter is summed, in place: `accumulate` 0 overwrites what was there, 1 adds to it. */
export interface GradientSink {
  readonly onto: Tensor;
  readonly accumulate: Scalar;
}

export interface BackwardContext {
  /** The gradient of the loss by an output; undefined where nothing depends on it. */
  readonly gradient: (output: string) => Tensor | undefined;
  /** Whether anything wants the gradient of an input. */
  readonly needs: (input: string) => boolean;
  /** The sink of an input that is a parameter. An op may write there directly and return the sink's tensor. */
  readonly sink: (input: string) => GradientSink | undefined;
  /**
   * The gradient found so far for an input that is no parameter. An op may add it in its own kernel: the gradient that the op returns
   * for this input must then be the sum of both.
   */
  readonly absorb: (input: string) => Tensor | undefined;
}

export type NodeTensors = Readonly<Record<string, Tensor>>;

/** One operation in a trace. */
export interface Node {
  readonly op: string;
  readonly label: string;
  /** The part of the model that traced it, such as "layers.3"; empty outside any scope. */
  readonly scope: string;
  /** Whether `differentiate` traced it; what the forward pass computes may be computed again before it is needed (graph/recompute). */
  readonly isBackward?: boolean | undefined;
  readonly inputs: NodeTensors;
  readonly outputs: NodeTensors;
  /** What the op was called with beside its inputs. */
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly dispatches: (device: DeviceTraits) => readonly Dispatch[];
  /** The questions that `dispatches` will ask `device.tuning`. They are answered before it is called. */
  readonly tune?: ((device: DeviceTraits) => readonly TuneRequest[]) | undefined;
  /** Nodes that each do this node's work and that of a reader of its result, the best first; none where no kernel does both (graph/fuse). */
  readonly fuse?: ((reader: Node) => readonly Node[]) | undefined;
  /** Appends the node's vector-Jacobian product to the trace and returns gradients by input name. */
  readonly backward: ((context: BackwardContext) => Readonly<Record<string, Tensor | undefined>>) | undefined;
}

/** Operations in the order in which they will run. The order matters, because operations may change memory in place. */
export interface Trace {
  readonly nodes: Node[];
  readonly inputs: Map<string, Tensor>;
}

let current: Trace | undefined;
const scopes: string[] = [];
let isBackward = false;

/** Runs `build` and records every operation it calls. */
export function trace<Result>(build: () => Result): { readonly trace: Trace; readonly result: Result } {
  const outer = current;
  const fresh: Trace = { nodes: [], inputs: new Map() };
  current = fresh;
  try {
    return { trace: fresh, result: build() };
  } catch (error) {
    if (scopes.length > 0 && error instanceof Error && !error.message.includes("\n  while tracing ")) {
      error.message += `\n  while tracing ${scopes.join(".")}`;
    }
    throw error;
  } finally {
    current = outer;
    if (!outer) scopes.length = 0;
  }
}

export function currentTrace(): Trace {
  if (!current) throw new Error("operations can be called only while tracing; wrap the call in buildPlan(...) or evaluate(...)");
  return current;
}

/** Names what is traced inside, for profiles and errors. After an error the scope stays, so that the error can name it. */
export function scope<Result>(name: string, build: () => Result): Result {
  scopes.push(name);
  const result = build();
  scopes.pop();
  return result;
}

export function currentScope(): string {
  return scopes.join(".");
}

/** Marks what is traced inside as backward pass. */
export function backwardPass(build: () => void): void {
  const outer = isBackward;
  isBackward = true;
  try {
    build();
  } finally {
    isBackward = outer;
  }
}

export function record(node: Omit<Node, "scope" | "isBackward">): void {
  currentTrace().nodes.push({ ...node, scope: currentScope(), isBackward });
}

/**
 * A tensor that every run of the plan is given from the host, by name. The same name is the same tensor.
 * @throws EngineError where that has another shape or type
 */
export function input(name: string, shape: readonly Scalar[], dtype: DType = "f32"): Tensor {
  const { inputs } = currentTrace();
  const known = inputs.get(name);
  if (known) {
    const [before, now] = [known, { shape, dtype }].map((one) => `${one.dtype} ${describeShape(one.shape)}`);
    if (before !== now) throw new EngineError(`input ${name} is ${before}, and was asked for as ${now}; give one of them another name`);
    return known;
  }
  const storage: Storage = { kind: "input", label: name, bytes: bytesOf({ shape, dtype }) };
  const tensor = new Tensor({ shape, dtype, storage, label: name });
  inputs.set(name, tensor);
  return tensor;
}

/** Memory without a value yet, for kernels that fill it piece by piece. */
export function empty(label: string, spec: TensorSpec): Tensor {
  currentTrace();
  const storage: Storage = { kind: "slot", label, bytes: elementsAtCapacity(spec.shape) * 4, isExact: spec.isExact };
  return new Tensor({ shape: spec.shape, dtype: spec.dtype ?? "f32", storage, label });
}
