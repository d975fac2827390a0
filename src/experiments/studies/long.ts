import { groupNames } from "../framework/arms/settings.ts";
import {
  forgetsLess,
  getsWorse,
  headline,
  isHigherIn,
  isHigherSomewhere,
  isMoreDiverseEverywhere,
  isNoLowerEverywhere,
} from "../framework/long/claims.ts";
import { GREEDY, passAt, SAMPLED } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

const BASELINE = "GRPO";
/** The arm that the headline is about. It was chosen before any of these runs. */
const CANDIDATE = "PI hold, then release";
/**
 * Pilots on codes with seeds 0 to 2 spoke for it. It became an arm once the search of the others was seen, before its own seeds were run, and
 * the headline was asked of it too once its seeds on codes were known, before those of the other tasks were run.
 */
const FLOOR = "PI floor, then release";
/**
 * One setting for all tasks. It became an arm once the results of the floors above were known, before its own seeds were run: its share rho gives
 * codes what the search there had taken, and one seed with a floor of 0.1 nats had learned to add on scratchpad.
 */
const GROUP_FLOOR = "PI group floor, then release";
/**
 * The same floor with MaxRL's advantages. It became an arm once MaxRL's results on codes and on countdown4 were known (the latter of two
 * seeds), before its own seeds were run.
 */
const WITH_MAXRL = "MaxRL with PI group floor, then release";
const MAXRL = "MaxRL";
const HELD = "PI hold";
const FORCED = "PI forced down";

const pair = { arm: CANDIDATE, baseline: BASELINE };
const later = { arm: FLOOR, baseline: BASELINE };
const last = { arm: GROUP_FLOOR, baseline: BASELINE };
const joined = { arm: WITH_MAXRL, baseline: BASELINE };
const beside = { arm: WITH_MAXRL, baseline: MAXRL };

/** Thousands of steps on tasks that need exploration: does holding entropy pay in accuracy too, and against the other methods? */
export const long = longStudy({
  name: "long",
  description: "thousands of steps on three tasks that need exploration: held entropy against GRPO and its rivals, each at its best knobs",
  title: "Long runs: does holding entropy pay in accuracy too?",
  question: `Short runs show what entropy control costs: some accuracy, for more diversity. GRPO has not used up its own entropy by then. These runs go on for thousands
of steps on tasks that most samples fail at first. Every arm but two was given the best knobs that an equal search found for it; those two have the
same target everywhere. The question is whether a policy whose entropy was held, and let go near the end, is then at least as accurate as GRPO's,
and more diverse.

The knobs of scratchpad were searched twice. The first searches took 600 of the 4,000 steps, in which nobody learns to add, and chose blindly. Today's
take the whole length, and the rates and targets to choose from were set with the earlier results known (docs/results/findings.md).`,
  claims: (settings) => [
    ...[pair, later, last, joined].flatMap((of) => [
      headline(of),
      isNoLowerEverywhere(of),
      isHigherSomewhere(of),
      isMoreDiverseEverywhere(of),
    ]),
    ...groupNames(settings).flatMap(groupClaims),
  ],
});

function groupClaims(group: string): ReturnType<typeof getsWorse>[] {
  return [
    isHigherIn(group, pair, GREEDY, "holding entropy, then letting go, pays"),
    isHigherIn(group, later, GREEDY, "keeping entropy from falling, then letting go, pays"),
    isHigherIn(group, last, GREEDY, "keeping the entropy of answers from falling, then letting go, pays"),
    isHigherIn(group, beside, GREEDY, "the floor pays with MaxRL's advantages too"),
    isHigherIn(group, beside, passAt(8), "the floor keeps diversity with MaxRL's advantages too"),
    getsWorse(group, BASELINE),
    isHigherIn(group, { arm: CANDIDATE, baseline: HELD }, SAMPLED, "letting go pays"),
    isHigherIn(group, { arm: CANDIDATE, baseline: FORCED }, GREEDY, "forcing entropy down costs accuracy"),
    isHigherIn(group, { arm: BASELINE, baseline: FORCED }, passAt(8), "forcing entropy down costs diversity"),
    forgetsLess(group, pair),
  ];
}
