import type { BufferWindow, GpuContext } from "./context.ts";
import { assertUsable } from "./ownership.ts";
import { submitCommands } from "./submit.ts";

/** Copies windows onto others of the same size, on the device. */
export function copyWindows(
  device: GpuContext,
  label: string,
  pairs: readonly { readonly from: BufferWindow; readonly to: BufferWindow }[],
): Promise<void> {
  for (const { from } of pairs) assertUsable(device, from.buffer, from.buffer.label, label);
  return encodeCopies(
    device,
    label,
    pairs.map(({ to }) => to),
    (encoder) => {
      for (const { from, to } of pairs) encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, to.size);
    },
  );
}

/** Sets windows to zero, on the device. */
export function clearWindows(device: GpuContext, label: string, windows: readonly BufferWindow[]): Promise<void> {
  return encodeCopies(device, label, windows, (encoder) => {
    for (const { buffer, offset, size } of windows) encoder.clearBuffer(buffer, offset, size);
  });
}

async function encodeCopies(
  device: GpuContext,
  label: string,
  written: readonly BufferWindow[],
  encode: (encoder: GPUCommandEncoder) => void,
): Promise<void> {
  device.assertHealthy();
  for (const { buffer } of written) assertUsable(device, buffer, buffer.label, label);
  if (device.observer) await device.observer.settled();
  void submitCommands(device, label, device.gpu.createCommandEncoder({ label }), encode);
}
