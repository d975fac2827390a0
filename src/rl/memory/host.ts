import type { Device } from "../../gpu/device.ts";
import { MemoryError } from "../../gpu/errors.ts";
import { formatBytes } from "./bytes.ts";

/** What a completion takes in this process at least: its tokens, two numbers of each, its text, and the objects around them. */
const BYTES_PER_COMPLETION = 600;
const BYTES_PER_TOKEN = 16;

/** Completions that are held at one time, and the options that say how many. */
export interface HeldCompletions {
  readonly completions: number;
  readonly maxNewTokens: number;
  /** Such as "eval.prompts 128 x eval.completions 8". */
  readonly options: string;
}

/** @throws MemoryError for more completions than this process can hold; it would be aborted without a word */
export function checkHostMemory({ heap }: Pick<Device, "heap">, { completions, maxNewTokens, options }: HeldCompletions): void {
  const bytes = completions * (BYTES_PER_COMPLETION + maxNewTokens * BYTES_PER_TOKEN);
  if (heap === undefined || bytes <= heap) return;
  const fact = `${options} are ${completions} completions, for which this process needs some ${formatBytes(bytes)} of memory`;
  throw new MemoryError(`${fact}; it may have ${formatBytes(heap)}. Ask for fewer, or raise node --max-old-space-size`, {
    part: options,
    bytes,
    limit: heap,
  });
}
