import { lostWork } from "./errors.js";
/** Command buffers of which proof is kept. More between two readings go unproven. */
const SLOTS = 256;
/** Numbers that the table of constants holds, a multiple of SLOTS. A slot gets the same number again only after that many. */
const NUMBERS = 4096;
/** `isNull`: the device is of Dawn's null backend, which computes nothing and so proves nothing. */
export function createStamps(gpu, isNull, fail) {
    const table = gpu.createBuffer({ label: "numbers", size: NUMBERS * 4, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    const slots = gpu.createBuffer({ label: "stamps", size: SLOTS * 4, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
    gpu.queue.writeBuffer(table, 0, Uint32Array.from({ length: NUMBERS }, (_, i) => i + 1));
    // Counts from 0, so the first command buffer has the number 0 and leaves a 1.
    let next = 0;
    const labels = [];
    let proven = 0;
    return {
        bytes: SLOTS * 4,
        mark: (encoder) => encoder.copyBufferToBuffer(table, (next % NUMBERS) * 4, slots, (next % SLOTS) * 4, 4),
        commit: (label) => {
            labels[next % SLOTS] = label;
            next += 1;
        },
        copyTo: (encoder, target, offset) => {
            encoder.copyBufferToBuffer(slots, 0, target, offset, SLOTS * 4);
            if (isNull)
                return () => { };
            const last = next;
            return (bytes) => {
                const found = new Uint32Array(bytes);
                for (let number = Math.max(proven, last - SLOTS + 1); number <= last; number += 1) {
                    if (found[number % SLOTS] === (number % NUMBERS) + 1)
                        continue;
                    throw lostWork({ fail }, `"${labels[number % SLOTS]}" was submitted and left no trace`);
                }
                proven = Math.max(proven, last + 1);
            };
        },
    };
}
