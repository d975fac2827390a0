import type { DeviceStats } from "./stats.js";
/** The memory mappings of this process, where the system bounds their number. A driver that gets no more of them crashes. */
export interface Mappings {
    readonly limit: number;
    count(): number;
}
/** @throws MemoryError when `label`, which may make `more` mappings, would come too near to the limit */
export type RequireMappings = (label: string, more: number) => void;
/** Makes the check. It asks the system only when half of the room that it last found may be used up. */
export declare function createMappingCheck(mappings: Mappings | undefined, stats: DeviceStats): RequireMappings;
