import { readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { BufferWindow } from "../gpu/context.ts";
import type { Device } from "../gpu/device.ts";
import { firstNotFinite } from "../gpu/nan_check.ts";
import type { AdamW } from "../optim/adamw.ts";

/** What a repeated step changes though it moves no weight. */
interface Kept {
  readonly device: Device;
  readonly optimizer: AdamW;
  /** Further memory of f32 that is put back. */
  readonly windows?: readonly BufferWindow[];
}

/**
 * Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. Afterwards all is as it
 * was. `repeat` is given a learning rate at which the optimiser skips the step whatever the gradients are.
 */
export async function explainStep(
  { device, optimizer, windows = [] }: Kept,
  place: string,
  repeat: (learningRate: number) => Promise<unknown>,
): Promise<string | undefined> {
  const kept = [optimizer.state.storage.window!, ...windows];
  const before = await readBuffers(device, kept);
  const found = await firstNotFinite(device, place, () => repeat(Number.NaN));
  for (const [i, window] of kept.entries()) uploadBuffer(device, window, new Float32Array(before[i]!));
  optimizer.heartbeat.restart(new Float32Array(before[0]!));
  return found;
}
