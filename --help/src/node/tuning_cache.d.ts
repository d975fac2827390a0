import type { TuningStore } from "../gpu/tuning_record.js";
/**
 * Stores what tuning found out in the first cache folder that can be written, one file per adapter. A cache that cannot be read or written
 * is no error: the next process finds out again.
 */
export declare function tuningCache(folders?: readonly string[]): TuningStore;
