import { headline, isHigherIn, isHigherSomewhere, isMoreDiverseEverywhere, isNoLowerEverywhere } from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const BASELINE = "GRPO";
const MAXRL = "MaxRL";
const GROUP_FLOOR = "PI group floor, then release";
const WITH_MAXRL = "MaxRL with PI group floor, then release";

const floor = { arm: GROUP_FLOOR, baseline: BASELINE };
const joined = { arm: WITH_MAXRL, baseline: BASELINE };
const beside = { arm: WITH_MAXRL, baseline: MAXRL };

/** The arms that joined the study `long` once results were known, with seeds that nobody had seen. */
export const freshSeeds = longStudy({
  name: "fresh-seeds",
  description: "the floors that the study long was given last, again with seeds that nobody had seen when they were chosen",
  title: "Fresh seeds: do the floors that were chosen late hold up?",
  question: `Two arms of the study \`long\` were added once results of other arms were known with the same seeds, 0 to 4. That can flatter an arm. Here both, and
what they are compared with, train with seeds 5 to 9: the same tasks, steps, evaluations and knobs, and nothing was chosen after these runs were seen.`,
  claims: () => [
    ...[floor, joined].flatMap((of) => [headline(of), isNoLowerEverywhere(of), isHigherSomewhere(of), isMoreDiverseEverywhere(of)]),
    ...[GREEDY, passAt(8)].flatMap((measure) => [
      isHigherIn("codes", floor, measure, "the floor pays"),
      isHigherIn("codes", joined, measure, "the floor with MaxRL's advantages pays"),
      isHigherIn("codes", beside, measure, "what pays is the floor, not MaxRL alone"),
    ]),
    isHigherIn("countdown4", floor, passAt(8), "the floor keeps diversity"),
    isHigherIn("countdown4", joined, passAt(8), "the floor with MaxRL's advantages keeps diversity"),
  ],
});
