import type { ActivationOptions } from "../../policy/activations.ts";
import { parseBytes } from "./bytes.ts";

/** The options of a configuration that say how much memory an update takes. */
export interface MemoryOptions extends ActivationOptions {
  readonly logitsBytes?: string | number | null;
}

/** The same, as an update takes them. */
export function updateMemory({ activations, recompute, logitsBytes }: MemoryOptions): ActivationOptions & {
  readonly chunkBytes: number | undefined;
} {
  return { activations, recompute, chunkBytes: parseBytes(logitsBytes ?? "") };
}
