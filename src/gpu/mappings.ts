import { MemoryError } from "./errors.ts";
import type { DeviceStats } from "./stats.ts";

/** The memory mappings of this process, where the system bounds their number. A driver that gets no more of them crashes. */
export interface Mappings {
  readonly limit: number;
  count(): number;
}

/** @throws MemoryError when `label`, which may make `more` mappings, would come too near to the limit */
export type RequireMappings = (label: string, more: number) => void;

/** Mappings that are left to everything else: threads, libraries, JavaScript's heap. */
const RESERVE = 2048;

/** lavapipe maps about one range for each buffer and bind group, and seven for the machine code of each pipeline. */
const OF_PIPELINE = 7;

/** Makes the check. It asks the system only when half of the room that it last found may be used up. */
export function createMappingCheck(mappings: Mappings | undefined, stats: DeviceStats): RequireMappings {
  if (!mappings) return () => undefined;
  const { limit } = mappings;
  const created = (): number => stats.buffers + stats.bindGroups + OF_PIPELINE * stats.pipelines;
  let known = { count: mappings.count(), created: created() };
  return (label, more) => {
    const room = limit - RESERVE - known.count;
    if (created() - known.created + more < room / 2) return;
    known = { count: mappings.count(), created: created() };
    if (known.count + more <= limit - RESERVE) return;
    const fact = `${label} takes up to ${more} memory mappings; this process has ${known.count} of ${limit} (vm.max_map_count)`;
    const remedy = "Destroy trainers and samplers that are done, or raise it: sysctl -w vm.max_map_count=262144";
    throw new MemoryError(`${fact}. ${remedy}`, { part: label, bytes: known.count + more, limit });
  };
}
