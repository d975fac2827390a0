import { accuracyGroup } from "./accuracy.js";
import { determinismGroup } from "./determinism.js";
import { gridsGroup } from "./grids.js";
import { lanesGroup } from "./lanes.js";
import { limitsGroup } from "./limits.js";
import { methodsGroup } from "./methods.js";
import { opsGroup } from "./ops.js";
import { oracleGroup } from "./oracle.js";
import { pathsGroup } from "./paths.js";
import { robustnessGroup } from "./robustness.js";
import { samplingGroup } from "./sampling.js";
/** All that a driver is asked, group by group: the cheap and the telling first. `keep` gets what the stored cases computed. */
export function conformanceGroups(stored, keep) {
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
