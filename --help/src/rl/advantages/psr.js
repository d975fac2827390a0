import { withoutGroups } from "./contract.js";
import { signed } from "./w_reinforce.js";
/** +1 for a right answer, 0 for a wrong one (positive sample reinforcement: Zhu et al. 2025, arXiv 2506.01347). */
export const psr = withoutGroups((input) => signed(input, 1, 0));
