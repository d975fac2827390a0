import type { AdapterOptions } from "../node/load_adapter.ts";
import type { TrainConfig } from "../rl/config/index.ts";

/** The adapters that a configuration of `train` or `sft` asks for. A checkpoint of a run, the folder `modelDir`, brings its own. */
export function adapterOptions({ lora, seed }: Pick<TrainConfig, "lora" | "seed">, modelDir?: string): AdapterOptions {
  if (!lora) return {};
  const { adapter, baseStorage, ...options } = lora;
  if (modelDir !== undefined) return { baseStorage };
  return adapter === null ? { baseStorage, lora: { ...options, seed } } : { baseStorage, adapter };
}
