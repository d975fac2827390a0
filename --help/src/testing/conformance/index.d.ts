import type { CaseResults } from "../verify_case.js";
import type { ConformanceGroup } from "./case.js";
import { type StoredCase } from "./oracle.js";
/** All that a driver is asked, group by group: the cheap and the telling first. `keep` gets what the stored cases computed. */
export declare function conformanceGroups(stored: readonly StoredCase[], keep?: (name: string, actual: CaseResults) => Promise<void>): readonly ConformanceGroup[];
