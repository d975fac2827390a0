import { createDevice, type Device, type DeviceOptions } from "../../src/gpu/device.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { pollPatiently } from "../../src/node/patient_polling.ts";

interface Opening extends Partial<DeviceOptions> {
  readonly shaders: DeviceOptions["shaders"];
  /** Toggles of Dawn's. */
  readonly toggles?: readonly string[];
  /** Shows the device another adapter than there is. */
  readonly shown?: (adapter: GPUAdapter) => GPUAdapter;
}

/** Opens an adapter, by a part of its name, with shaders that may differ from the package's. */
export async function openWithShaders(name: string, { toggles, shown = (adapter) => adapter, ...options }: Opening): Promise<Device> {
  const candidate = await chooseAdapter(name, { toggles });
  if (candidate.software) pollPatiently();
  return createDevice({
    adapter: shown(await candidate.request()),
    wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures,
    name: candidate.name,
    ...options,
  });
}
