import { headline, isHigherIn, isHigherSomewhere, isMoreDiverseEverywhere, isNoLowerEverywhere } from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const overSampling = { arm: "DAPO with PI group floor, then release", baseline: "DAPO" };

/** In larger-model entropy hardly fell below the floor. */
export const largerModelLonger = longStudy({
  name: "larger-model-longer",
  description: "larger-model over twice the steps, for entropy to fall below the floor: dynamic sampling with the floor and without",
  title: "A larger model, longer: does the floor pay once entropy falls below it?",
  question: `In larger-model, over 1,000 steps, the floor added nothing to dynamic sampling: entropy fell below it late and by little. Here both
train for 2,000 steps, from a start made in the same way and at the learning rate that their searches took there. The settings of the floor are
those of all tasks but codes, and nothing was searched. GRPO is left out: the question is what the floor adds. The claims and the predictions were
written before any of the runs.`,
  claims: () => [
    ...[headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere].map((claim) => claim(overSampling)),
    isHigherIn("maze", overSampling, passAt(8), "the floor keeps diversity with dynamic sampling too"),
    isHigherIn("maze", overSampling, GREEDY, "the floor makes dynamic sampling more accurate"),
  ],
});
