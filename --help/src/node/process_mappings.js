import { readFileSync } from "node:fs";
/** The memory mappings of this process on Linux; undefined elsewhere, and where /proc is not there. */
export function processMappings() {
    try {
        const limit = Number(readFileSync("/proc/sys/vm/max_map_count", "utf8"));
        const count = () => readFileSync("/proc/self/maps").reduce((lines, byte) => lines + Number(byte === NEWLINE), 0);
        count();
        return Number.isSafeInteger(limit) && limit > 0 ? { limit, count } : undefined;
    }
    catch {
        return undefined;
    }
}
const NEWLINE = 10;
