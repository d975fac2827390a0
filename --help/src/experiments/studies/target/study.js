import { isNoWorse, staysNear } from "../../framework/arms/claims.js";
import { armStudy } from "../../framework/arms/study.js";
import { bestTargetSection } from "./best_target.js";
/** Which entropy target is best for each task, and what training towards it does to harder problems and to other tasks. */
export const target = armStudy({
    name: "target",
    description: "targets from 0.1 to 0.7 nats on three tasks, with harder problems and the other tasks as tests",
    title: "Target: how much entropy is best?",
    question: `The same policy, which knows three tasks, is trained on one of them towards each of four targets. Before and after it is measured on
that task's held-out problems, on harder ones, and on the two tasks that it was not trained on. The start has 0.51 nats on countdown, 0.22 on
sorting and 0.61 on mazes. GRPO, which has no target, is measured against 0.3.`,
    sections: bestTargetSection,
    claims: () => [...["target 0.1", "target 0.3", "target 0.5", "target 0.7"].map(staysNear), isNoWorse("target 0.3", "GRPO")],
});
