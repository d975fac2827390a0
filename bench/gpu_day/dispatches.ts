import type { Device } from "../../src/gpu/device.ts";
import { planKernels } from "../planned_kernels.ts";
import type { Shape } from "./shapes.ts";

/** What a shape takes on a device: each dispatch costs a GPU some microseconds, however little it computes. */
export interface Cost {
  /** Dispatches of a training step, and the bytes of its plan: activations, their gradients and scratch memory. */
  readonly step: number;
  readonly stepBytes: number;
  /** Dispatches of a decoded token. */
  readonly token: number;
}

/** Plans a training step and a decoded token of a shape. Nothing is allocated, compiled or computed. */
export async function costOf(device: Device, shape: Shape): Promise<Cost> {
  const { step, stepBytes, token } = await planKernels(device, shape);
  return { step: step.length, stepBytes, token: token.length };
}
