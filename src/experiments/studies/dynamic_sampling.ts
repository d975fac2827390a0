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

const DAPO = "DAPO";
const FLOOR = "PI group floor, then release";
const JOINED = "DAPO with PI group floor, then release";

const overGrpo = { arm: JOINED, baseline: "GRPO" };
const overDapo = { arm: JOINED, baseline: DAPO };
const overFloor = { arm: JOINED, baseline: FLOOR };

/** The most accurate of the rivals and the floor at once. Of scratchpad nothing is asked: there the last bits decide which seeds learn to add. */
export const dynamicSampling = longStudy({
  name: "dynamic-sampling",
  description: "a floor under the entropy of answers and dynamic sampling, each alone and both together",
  title: "Dynamic sampling: does a floor under entropy add to it?",
  question: `In the study \`long\` EntroPIC's floor found codes that GRPO stops trying, and dynamic sampling, which is what is left of DAPO there, was the
most accurate on countdown with four digits. One changes what is learned from a group, the other which groups are learned from. Do both
together have the gains of both? Tasks, steps, seeds and evaluations are those of \`long\`, and so are three of the four arms. The fourth has the
floor's settings and the rates that DAPO's search took; nothing was searched for it. The entropy that the floor keeps is measured on the
answers that are learned from, so dynamic sampling, which leaves out groups that agree, lets the floor see more of it than there is on all.`,
  claims: () => [
    ...[headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere].map((claim) => claim(overGrpo)),
    isNoLowerThanBest(JOINED, [DAPO, FLOOR], "of the two alone"),
    isHigherIn("codes", overDapo, GREEDY, "the floor finds codes with dynamic sampling too"),
    isHigherIn("countdown4", overGrpo, GREEDY, "dynamic sampling pays with a floor too"),
    isHigherIn("countdown4", overFloor, GREEDY, "dynamic sampling makes the floor more accurate"),
    isHigherIn("countdown4", overDapo, passAt(8), "the floor keeps diversity with dynamic sampling too"),
  ],
});
