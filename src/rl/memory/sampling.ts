import type { Device } from "../../gpu/device.ts";
import type { PolicyModel } from "../model.ts";
import { type Fit, fit } from "./fit.ts";
import { measureFootprint } from "./footprint.ts";

export interface SamplingToFit {
  readonly device: Device;
  readonly model: PolicyModel;
  /** The most bytes of GPU memory to take, the model included. */
  readonly memory?: number | undefined;
  readonly build: (device: Device, model: PolicyModel, sequencesAtOnce: number) => Promise<unknown>;
}

/** Finds the most sequences at a time with which sampling fits into memory. @throws MemoryError */
export function fitSampling({ device, model, memory, build }: SamplingToFit): Promise<Fit> {
  return fit({
    device,
    memory,
    measure: (sequencesAtOnce) => measureFootprint(device, model, (measuring, outline) => build(measuring, outline, sequencesAtOnce)),
  });
}
