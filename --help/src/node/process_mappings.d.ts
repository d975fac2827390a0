import type { Mappings } from "../gpu/mappings.js";
/** The memory mappings of this process on Linux; undefined elsewhere, and where /proc is not there. */
export declare function processMappings(): Mappings | undefined;
