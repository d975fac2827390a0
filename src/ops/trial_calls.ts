import type { TrialLaunch } from "../gpu/trial.ts";
import { capacityOf, type Scalar } from "../graph/scalar.ts";
import { bytesOf, type Storage, Tensor } from "../graph/tensor.ts";
import { type Dispatch, workgroupsOf } from "../graph/trace.ts";
import type { Call, Inputs } from "./define.ts";

/** A call of any op. */
export type AnyCall = Call<Inputs, string, unknown>;

/** The most bytes of a trial's buffers together. */
export const MOST_BYTES = 64 << 20;

/** Dispatches with numbers in the place of what is known only in a run. `operations` are those of all dispatches together. */
export function toTrialLaunches(dispatches: readonly Dispatch[], operations?: number): TrialLaunch[] {
  return dispatches.map((dispatch) => ({
    kernel: dispatch.kernel,
    variant: dispatch.variant,
    bindings: dispatch.bindings,
    parameters: Object.fromEntries(Object.entries(dispatch.parameters ?? {}).map(([name, value]) => [name, valueInTrial(value)])),
    workgroups: workgroupsOf(dispatch).map(capacityOf),
    operations: operations === undefined ? undefined : operations / dispatches.length,
  }));
}

/** Sizes are at their capacity. What has none, such as a temperature, is 1. */
function valueInTrial(value: Scalar): number {
  const capacity = capacityOf(value);
  return Number.isFinite(capacity) ? capacity : 1;
}

/** The call on fresh tensors of other shapes. Tensors that shared storage share it again. `name` is that of the input or output. */
function withShapes<Known extends AnyCall>(call: Known, shapeOf: (shape: readonly number[], name: string) => readonly number[]): Known {
  const storages = new Map<Storage, { bytes: number } & Storage>();
  const resized = (tensor: Tensor, name: string): Tensor => {
    const shape = shapeOf(tensor.shape.map(capacityOf), name);
    const { dtype, label } = tensor;
    const storage = storages.get(tensor.storage) ?? { kind: "slot", label, bytes: 0 };
    storage.bytes = Math.max(storage.bytes, bytesOf({ shape, dtype }));
    storages.set(tensor.storage, storage);
    return new Tensor({ shape, dtype, storage, label });
  };
  const all = (tensors: Readonly<Record<string, Tensor | undefined>>) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor && resized(tensor, name)]));
  return { ...call, inputs: all(call.inputs), outputs: all(call.outputs) };
}

/** The call with so few rows that its tensors fit a trial. Every tensor whose first dimension is `rows` has that many. */
export function withFewerRows<Known extends AnyCall>(call: Known, rows: Scalar): Known {
  const full = capacityOf(rows);
  const cutTo = (count: number): Known => withShapes(call, ([first, ...rest]) => (first === full ? [count, ...rest] : [first!, ...rest]));
  let count = full;
  while (count > 1 && bytesOfCall(cutTo(count)) > MOST_BYTES) count = Math.ceil(count / 2);
  return cutTo(count);
}

function bytesOfCall({ inputs, outputs }: AnyCall): number {
  const storages = [...Object.values(inputs), ...Object.values(outputs)].flatMap((tensor) => tensor?.storage ?? []);
  return [...new Set(storages)].reduce((sum, { bytes }) => sum + bytes, 0);
}
