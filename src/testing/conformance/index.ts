import type { CaseResults } from "../verify_case.ts";
import { accuracyGroup } from "./accuracy.ts";
import type { ConformanceGroup } from "./case.ts";
import { determinismGroup } from "./determinism.ts";
import { gridsGroup } from "./grids.ts";
import { lanesGroup } from "./lanes.ts";
import { limitsGroup } from "./limits.ts";
import { methodsGroup } from "./methods.ts";
import { opsGroup } from "./ops.ts";
import { oracleGroup, type StoredCase } from "./oracle.ts";
import { pathsGroup } from "./paths.ts";
import { robustnessGroup } from "./robustness.ts";
import { samplingGroup } from "./sampling.ts";

/** All that a driver is asked, group by group: the cheap and the telling first. `keep` gets what the stored cases computed. */
export function conformanceGroups(
  stored: readonly StoredCase[],
  keep?: (name: string, actual: CaseResults) => Promise<void>,
): readonly ConformanceGroup[] {
  return [
    oracleGroup(stored, keep),
    limitsGroup,
    robustnessGroup,
    accuracyGroup,
    opsGroup,
    methodsGroup,
    samplingGroup,
    determinismGroup(stored),
    pathsGroup(stored),
    lanesGroup,
    gridsGroup,
  ];
}
