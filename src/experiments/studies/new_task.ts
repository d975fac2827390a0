import {
  headline,
  isHigherIn,
  isHigherSomewhere,
  isMoreDiverseEverywhere,
  isNoLowerEverywhere,
  isNoLowerThanBest,
} from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const GRPO = "GRPO";
const DAPO = "DAPO";
const FLOOR = "PI group floor, then release";
const JOINED = "DAPO with PI group floor, then release";

const floor = { arm: FLOOR, baseline: GRPO };
const joined = { arm: JOINED, baseline: GRPO };
const overSampling = { arm: JOINED, baseline: DAPO };

/** The floors were chosen with codes, countdown4 and scratchpad known. Mazes had no part in it. */
export const newTask = longStudy({
  name: "new-task",
  description: "the floor of the study long, with dynamic sampling and without, on a task that had no part in choosing it",
  title: "A new task: do the floor and dynamic sampling pay where nothing was chosen for them?",
  question: `The share of the floor, its gains and its release were chosen with results on codes, countdown with four digits and scratchpad known, and so was
the thought to add dynamic sampling to it. Fresh seeds rule out luck, and not that these settings suit those tasks. Here they are tried as they are
on another one: mazes of 5 x 5 squares with ways of up to eight moves, from a start that has learned mazes of 4 x 4 and ways of up to six, and
solves one in twenty of these. A maze has several right ways, and many of the start's answers to it are wrong.

The task and the length of the runs were fixed by the accuracy of the start, and by the time that 60 steps of GRPO and of DAPO took on ways of up to
six moves. Every arm searched its learning rate among the same three. The claims and the predictions were written before any of the runs. Seeds 5 to
9 were decided on once those of 0 to 4 were known, and what they alone were expected to show was written before they ran.`,
  claims: () => [
    ...[joined, floor].flatMap((of) =>
      [headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere].map((claim) => claim(of)),
    ),
    isNoLowerThanBest(JOINED, [DAPO, FLOOR], "of the two alone"),
    isHigherIn("maze", joined, GREEDY, "the floor with dynamic sampling pays"),
    isHigherIn("maze", overSampling, passAt(8), "the floor keeps diversity with dynamic sampling too"),
    isHigherIn("maze", overSampling, GREEDY, "the floor makes dynamic sampling more accurate"),
  ],
});
