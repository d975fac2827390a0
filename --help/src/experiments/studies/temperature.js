import { holdsTarget, isNoWorse, leavesTarget } from "../framework/arms/claims.js";
import { armStudy } from "../framework/arms/study.js";
/** docs/method.md, "One step": a target means something only together with a temperature. */
export const temperature = armStudy({
    name: "temperature",
    description: "training at temperature 1.0 and 0.6, with and without entropy control",
    title: "Temperature: does entropy control work where answers are sampled colder?",
    question: `Entropy, log-probabilities and the target are those of logits / T, and so is the policy that is trained. This study trains and
evaluates at T = 1.0 and at T = 0.6, each towards a target of some three quarters of the entropy that the start has at that temperature.`,
    claims: () => [holdsTarget("EntroPIC"), leavesTarget("GRPO"), isNoWorse("EntroPIC", "GRPO")],
});
