import { headline, isHigherIn, isHigherSomewhere, isMoreDiverseEverywhere, isNoLowerEverywhere } from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const GRPO = "GRPO";
const DAPO = "DAPO";
const JOINED = "DAPO with PI group floor, then release";

const joined = { arm: JOINED, baseline: GRPO };
const overSampling = { arm: JOINED, baseline: DAPO };

/** All other long studies train models of 100,000 parameters, or fewer. */
export const largerModel = longStudy({
  name: "larger-model",
  description: "the floor of the study long with dynamic sampling, on the mazes of new-task and a model four times as large",
  title: "A larger model: do the floor and dynamic sampling still pay?",
  question: `The long studies train models of 100,000 parameters, or fewer. This one trains a model of 403,000 on the mazes of new-task: 5 x 5 squares with ways of
up to eight moves. Its start was made as that of new-task was, at twice the width: it learned mazes of 4 x 4 and ways of up to six until three of ten
sampled answers were right. The settings of the floor are those of new-task. The learning rates are lower, because at 0.0003 two runs of 30 steps, one
of GRPO and one of the floor with dynamic sampling, had lost most of what the start knew. Runs take 1,000 steps in place of 1,500, to fit the time that
there was. The claims and the predictions were written before any of the runs.`,
  claims: () => [
    ...[headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere].map((claim) => claim(joined)),
    isHigherIn("maze", joined, GREEDY, "the floor with dynamic sampling pays"),
    isHigherIn("maze", overSampling, passAt(8), "the floor keeps diversity with dynamic sampling too"),
    isHigherIn("maze", overSampling, GREEDY, "the floor makes dynamic sampling more accurate"),
  ],
});
