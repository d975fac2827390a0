import type { HostArray } from "../../gpu/buffer.ts";
import type { Device } from "../../gpu/device.ts";
import { evaluate } from "../../graph/plan.ts";
import type { DType, Tensor } from "../../graph/tensor.ts";
import { input } from "../../graph/trace.ts";
import { defineOp } from "../../ops/define.ts";

/** WGSL of a check of its own: it reads inputs by name and writes `y`. */
export interface WgslRun {
  readonly name: string;
  readonly wgsl: string;
  readonly inputs: Readonly<Record<string, HostArray>>;
  /** How many numbers `y` has. */
  readonly count: number;
  readonly dtype?: DType;
  readonly workgroups: number | readonly [number, number, number];
  readonly parameters?: Readonly<Record<string, number>>;
}

/** Runs a kernel once and returns what it wrote to `y`. */
export async function runWgsl(device: Device, run: WgslRun): Promise<HostArray> {
  const op = defineOp<Readonly<Record<string, Tensor>>, "y">({
    name: run.name,
    shape: () => ({ y: { shape: [run.count], dtype: run.dtype ?? "f32" } }),
    forward: ({ inputs, outputs }) => [
      {
        kernel: { name: run.name, wgsl: run.wgsl },
        bindings: { ...inputs, ...outputs },
        workgroups: run.workgroups,
        parameters: run.parameters ?? {},
      },
    ],
  });
  const symbolic = (): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(run.inputs).map(([name, data]) => [name, input(name, [data.length], dtypeOf(data))]));
  const [y] = await evaluate(device, () => [op(symbolic(), {}).y], { inputs: run.inputs });
  return y!;
}

function dtypeOf(data: HostArray): DType {
  if (data instanceof Uint32Array) return "u32";
  return data instanceof Int32Array ? "i32" : "f32";
}
