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
const HOLD = "PI hold, then release";

const joined = { arm: JOINED, baseline: GRPO };
const hold = { arm: HOLD, baseline: GRPO };

/** Of scratchpad nothing is asked: there the last bits decide which seeds learn to add. */
export const leftOpen = longStudy({
  name: "left-open",
  description: "what the study long left open: a floor together with dynamic sampling, and a hold on countdown that lets go",
  title: "Left open: a floor with dynamic sampling, and a hold that lets go",
  question: `In the study \`long\` EntroPIC's floor found codes that GRPO stops trying, and dynamic sampling, which is what is left of DAPO there, was the
most accurate on countdown with four digits. One changes what is learned from a group, the other which groups are learned from. Do both
together have the gains of both? The entropy that the floor keeps is measured on the answers that are learned from, so dynamic sampling,
which leaves out groups that agree, lets the floor see more of it than there is on all.

The study \`generalise\` found a hold of 0.5 nats that lets go more accurate than GRPO with digits up to 6. With digits up to 9 the search of \`long\`
took a floor for its arm of that name, so the hold was tried there with one seed. Does it pay there too?

Tasks, steps, seeds and evaluations are those of \`long\`, and so are its arms, but for the two that were open. They take the settings named above at
the rates that the searches of DAPO and GRPO took; nothing was searched for them.`,
  claims: () => [
    ...[headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere].map((claim) => claim(joined)),
    isNoLowerThanBest(JOINED, [DAPO, FLOOR], "of the two alone"),
    isHigherIn("codes", { arm: JOINED, baseline: DAPO }, GREEDY, "the floor finds codes with dynamic sampling too"),
    isHigherIn("countdown4", joined, GREEDY, "dynamic sampling pays with a floor too"),
    isHigherIn("countdown4", { arm: JOINED, baseline: FLOOR }, GREEDY, "dynamic sampling makes the floor more accurate"),
    isHigherIn("countdown4", { arm: JOINED, baseline: DAPO }, passAt(8), "the floor keeps diversity with dynamic sampling too"),
    isHigherIn("countdown4", hold, GREEDY, "a hold that lets go pays with digits up to 9 too"),
    isHigherIn("countdown4", hold, passAt(8), "a hold that lets go keeps diversity with digits up to 9 too"),
  ],
});
