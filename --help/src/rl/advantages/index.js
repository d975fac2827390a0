import { batch } from "./batch.js";
import { drGrpo } from "./dr_grpo.js";
import { gdpo } from "./gdpo.js";
import { grpo } from "./grpo.js";
import { none } from "./none.js";
import { nsr } from "./nsr.js";
import { passAtK } from "./pass_at_k.js";
import { psr } from "./psr.js";
import { reinforcePlusPlus } from "./reinforce_plus_plus.js";
import { rloo } from "./rloo.js";
import { wReinforce } from "./w_reinforce.js";
export { DEFAULT_K } from "./pass_at_k.js";
export { isRight } from "./scores.js";
export { rewardStatistics } from "./statistics.js";
export { DEFAULT_LAMBDA } from "./w_reinforce.js";
/** Every way to turn rewards into advantages, by its name in `grpo.advantage`. A new one is a file and a line here. */
export const advantages = {
    grpo,
    "dr-grpo": drGrpo,
    batch,
    rloo,
    "reinforce++": reinforcePlusPlus,
    nsr,
    psr,
    "w-reinforce": wReinforce,
    "pass@k": passAtK,
    gdpo,
    none,
};
export const ADVANTAGE_NAMES = Object.keys(advantages);
