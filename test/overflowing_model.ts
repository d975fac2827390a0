import { cpSync } from "node:fs";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "../src/io/safetensors.ts";

/**
 * Copies a llama checkpoint to `target` and scales a pair of its matrices, so that it computes the same function, while the norm of its
 * gradients overflows: training it skips every step.
 */
export async function copyOverflowingModel(source: string, target: string): Promise<void> {
  cpSync(source, target, { recursive: true });
  await scaleTensors(target, { "model.layers.1.mlp.up_proj.weight": 1e24, "model.layers.1.mlp.down_proj.weight": 1e-24 });
}

/** Multiplies whole tensors of a checkpoint by numbers. */
export async function scaleTensors(dir: string, factors: Readonly<Record<string, number>>): Promise<void> {
  const path = join(dir, "model.safetensors");
  const tensors = new Map(await readSafetensors(path));
  for (const [name, factor] of Object.entries(factors)) {
    const { shape, data } = tensors.get(name)!;
    tensors.set(name, { dtype: "F32", shape: [...shape], data: Float32Array.from(data, (value) => value * factor) });
  }
  await writeSafetensors(path, tensors);
}
