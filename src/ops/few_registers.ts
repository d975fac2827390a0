import type { DeviceTraits } from "../graph/trace.ts";

/** Whether a lane has few registers, even in small subgroups: 128 on Intel's GPUs, where others have up to 256. */
export function hasFewRegisters({ askedSizes }: Pick<DeviceTraits, "askedSizes">): boolean {
  return askedSizes.forRegisters !== undefined;
}
