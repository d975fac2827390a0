import { type ArmsSettings, groupNames } from "../../framework/arms/settings.ts";
import { isHigherIn, isNoLowerEverywhere, type LongClaim } from "../../framework/long/claims.ts";
import type { Measure } from "../../framework/long/measures.ts";
import { longStudy } from "../../framework/long/study.ts";
import { generalisationProbe } from "./probe.ts";
import { generalisePictures, generaliseSections } from "./sections.ts";

const BASELINE = "GRPO";
const RELEASED = "PI hold, then release";
const HELD = "PI hold";

/** The paper's open question 2: why does a policy whose entropy was held generalise? */
export const generalise = longStudy({
  name: "generalise",
  description:
    "held entropy and GRPO along long runs: harder tasks, drift from the start, rank of updates, calibration, and what goes with the gain",
  title: "Generalisation: what becomes of a policy whose entropy is held?",
  question: `The paper leaves open why policies whose entropy was held do better on problems that they were not trained on. This study follows GRPO and held policies along
long runs: on harder and easier problems, in how far and in how many directions they move from their start, in how many prompts still teach them, in the solutions
that they know, and in whether their confidence is right. Then it asks which of these, at the middle of a run, goes with what the run gains after it.`,
  probe: generalisationProbe,
  sections: generaliseSections,
  pictures: generalisePictures,
  claims: (settings) => [
    isNoLowerEverywhere({ arm: RELEASED, baseline: BASELINE }),
    ...groupNames(settings).flatMap((group) => groupClaims(settings, group)),
  ],
});

function groupClaims(settings: ArmsSettings, group: string): LongClaim[] {
  const named = settings.groups?.[group]?.elsewhere ?? settings.elsewhere ?? {};
  const harder = Object.keys(named).find((name) => name.startsWith("harder"));
  const there: Measure | undefined =
    harder === undefined ? undefined : { name: `greedy accuracy on ${harder}`, metric: `eval/${harder}/greedy` };
  const error: Measure = { name: "the calibration error", metric: "probe/calibration_error" };
  return [
    ...(there ? [isHigherIn(group, { arm: RELEASED, baseline: BASELINE }, there, "held entropy generalises")] : []),
    isHigherIn(group, { arm: BASELINE, baseline: HELD }, error, "GRPO is the worse calibrated"),
    isHigherIn(
      group,
      { arm: BASELINE, baseline: HELD },
      { name: "the KL divergence from the start", metric: "probe/kl" },
      "GRPO moves further",
    ),
  ];
}
