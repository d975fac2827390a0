import { withoutGroups } from "./contract.js";
import { eachScored, groupsOf, isRight } from "./scores.js";
/** Gives every right answer the advantage `right` and every wrong one `wrong`, whatever their groups are like. */
export function signed({ rewards, groupSize }, right, wrong) {
    groupsOf(rewards, groupSize);
    return Float64Array.from(eachScored(rewards, (reward) => (isRight(reward) ? right : wrong)));
}
/** The value that, as the paper found, keeps pass@k and raises pass@1. */
export const DEFAULT_LAMBDA = 0.1;
/** +lambda for a right answer (a reward of 1 or more), -1 for a wrong one (W-REINFORCE: Zhu et al. 2025, arXiv 2506.01347). */
export const wReinforce = withoutGroups((input) => signed(input, input.lambda ?? DEFAULT_LAMBDA, -1));
