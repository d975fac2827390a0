import { createController } from "../../control/index.js";
import { advantages } from "../advantages/index.js";
/** The settings of a run. `controller` is the configuration's, unless a user's own is given. */
export function diagnosticSettings({ grpo, entropy }, { holds, usesAlpha, gains } = createController(entropy)) {
    const { gate, tau } = entropy;
    const { comparesWithinGroups } = advantages[grpo.advantage];
    return { holdsTarget: holds.length > 0, usesAlpha, gains, gate, tau, comparesWithinGroups };
}
