import { headline, isHigherIn, isHigherSomewhere, isMoreDiverseEverywhere, isNoLowerEverywhere, within } from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const BASELINE = "GRPO";
const MAXRL = "MaxRL";
const GROUP_FLOOR = "PI group floor, then release";
const WITH_DYNAMIC_SAMPLING = "DAPO with PI group floor, then release";
const WITH_MAXRL = "MaxRL with PI group floor, then release";

const floor = { arm: GROUP_FLOOR, baseline: BASELINE };
const joined = { arm: WITH_MAXRL, baseline: BASELINE };
const sampled = { arm: WITH_DYNAMIC_SAMPLING, baseline: BASELINE };
const beside = { arm: WITH_MAXRL, baseline: MAXRL };

const headlineClaims = [headline, isNoLowerEverywhere, isHigherSomewhere, isMoreDiverseEverywhere];

/** Where `left-open` tried the floor with dynamic sampling. */
const TRIED = ["codes", "countdown4"];

/** The arms that joined the study `long`, or came after it in `left-open`, once results were known, with seeds that nobody had seen. */
export const freshSeeds = longStudy({
  name: "fresh-seeds",
  description: "the floors that the study long was given last, again with seeds that nobody had seen when they were chosen",
  title: "Fresh seeds: do the floors that were chosen late hold up?",
  question: `Two arms of the study \`long\` were added once results of other arms were known with the same seeds, 0 to 4, and the floor with dynamic sampling of the
study \`left-open\` once those of \`long\` were. That can flatter an arm. Here all three, and what they are compared with, train with seeds 5 to 9: the same
tasks, steps, evaluations and knobs, and nothing was chosen after these runs were seen.`,
  claims: () => [
    ...[floor, joined].flatMap((of) => headlineClaims.map((claim) => claim(of))),
    ...headlineClaims.map((claim) => within(TRIED, claim(sampled))),
    ...[GREEDY, passAt(8)].flatMap((measure) =>
      TRIED.map((task) => isHigherIn(task, sampled, measure, "the floor with dynamic sampling pays")),
    ),
    ...[GREEDY, passAt(8)].flatMap((measure) => [
      isHigherIn("codes", floor, measure, "the floor pays"),
      isHigherIn("codes", joined, measure, "the floor with MaxRL's advantages pays"),
      isHigherIn("codes", beside, measure, "what pays is the floor, not MaxRL alone"),
    ]),
    isHigherIn("countdown4", floor, passAt(8), "the floor keeps diversity"),
    isHigherIn("countdown4", joined, passAt(8), "the floor with MaxRL's advantages keeps diversity"),
  ],
});
