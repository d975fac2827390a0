import { MemoryError } from "./errors.js";
/** Mappings that are left to everything else: threads, libraries, JavaScript's heap. */
const RESERVE = 2048;
/** lavapipe maps about one range for each buffer and bind group, and seven for the machine code of each pipeline. */
const OF_PIPELINE = 7;
/** Makes the check. It asks the system only when half of the room that it last found may be used up. */
export function createMappingCheck(mappings, stats) {
    if (!mappings)
        return () => undefined;
    const { limit } = mappings;
    const created = () => stats.buffers + stats.bindGroups + OF_PIPELINE * stats.pipelines;
    let known = { count: mappings.count(), created: created() };
    return (label, more) => {
        const room = limit - RESERVE - known.count;
        if (created() - known.created + more < room / 2)
            return;
        known = { count: mappings.count(), created: created() };
        if (known.count + more <= limit - RESERVE)
            return;
        const fact = `${label} takes up to ${more} memory mappings; this process has ${known.count} of ${limit} (vm.max_map_count)`;
        const remedy = "Destroy trainers and samplers that are done, or raise it: sysctl -w vm.max_map_count=262144";
        throw new MemoryError(`${fact}. ${remedy}`, { part: label, bytes: known.count + more, limit });
    };
}
