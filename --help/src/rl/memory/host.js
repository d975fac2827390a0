import { MemoryError } from "../../gpu/errors.js";
import { formatBytes } from "./bytes.js";
/** What a completion takes in this process at least: its tokens, two numbers of each, its text, and the objects around them. */
const BYTES_PER_COMPLETION = 600;
const BYTES_PER_TOKEN = 16;
/** @throws MemoryError for more completions than this process can hold; it would be aborted without a word */
export function checkHostMemory({ heap }, { completions, maxNewTokens, options }) {
    const bytes = completions * (BYTES_PER_COMPLETION + maxNewTokens * BYTES_PER_TOKEN);
    if (heap === undefined || bytes <= heap)
        return;
    const fact = `${options} are ${completions} completions, for which this process needs some ${formatBytes(bytes)} of memory`;
    throw new MemoryError(`${fact}; it may have ${formatBytes(heap)}. Ask for fewer, or raise node --max-old-space-size`, {
        part: options,
        bytes,
        limit: heap,
    });
}
