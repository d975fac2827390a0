import { withoutGroups } from "./contract.js";
import { signed } from "./w_reinforce.js";
/** -1 for a wrong answer, 0 for a right one (negative sample reinforcement: Zhu et al. 2025, arXiv 2506.01347). */
export const nsr = withoutGroups((input) => signed(input, 0, -1));
