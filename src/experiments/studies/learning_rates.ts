import { groupNames } from "../framework/arms/settings.ts";
import { isHigherIn, type LongClaim } from "../framework/long/claims.ts";
import { GREEDY, passAt } from "../framework/long/measures.ts";
import { longStudy } from "../framework/long/study.ts";

/** By what the rate is multiplied that GRPO's search in `long` took, as the arms are called. */
const RAISED = ["twice", "four times"] as const;

/** Does a floor under entropy let a policy learn at rates at which GRPO no longer does? */
export const learningRates = longStudy({
  name: "learning-rates",
  description: "GRPO and a floor under entropy at once, twice and four times the learning rate that GRPO's search took: who still learns",
  title: "Learning rates: does a floor let a policy learn at rates that are too high for GRPO?",
  question: `The study \`long\` gives GRPO the learning rate that its search took, with one seed. In the search of its task scratchpad twice that rate made
GRPO's entropy collapse before it had learned anything, and a policy with a floor of 0.2 nats learned to add at the same rate (one seed each).
This study asks, with five seeds, whether that is so, and on the other tasks too. The floors are those that the searches of \`long\` took; they let
go after four fifths of the run.`,
  claims: (settings) => groupNames(settings).flatMap(groupClaims),
});

function groupClaims(group: string): LongClaim[] {
  return RAISED.flatMap((rate) => {
    const [plain, floored] = [`GRPO, ${rate} the rate`, `floor, ${rate} the rate`];
    return [
      isHigherIn(group, { arm: "GRPO", baseline: plain }, GREEDY, `${rate} the rate that its search took costs GRPO accuracy`),
      isHigherIn(group, { arm: floored, baseline: plain }, GREEDY, `the floor still learns at ${rate} the rate`),
      isHigherIn(group, { arm: floored, baseline: plain }, passAt(8), `the floor keeps diversity at ${rate} the rate`),
    ];
  });
}
