import { isNoWorse } from "../../framework/arms/claims.ts";
import { armStudy } from "../../framework/arms/study.ts";
import { holdsEveryTag, missesATag, tagSection } from "./tags.ts";

/** One controller per class of tokens (docs/method.md, "Several targets"): two tasks in one run, each with a target of its own. */
export const multiTarget = armStudy({
  name: "multi-target",
  description: "two tasks in one run, with a target each or one shared",
  title: "Several targets: can two tasks be held at different entropies in one run?",
  question: `Every batch holds problems of two tasks. With one shared target a single alpha serves both; with two targets each task has a controller
and an alpha of its own. The question is whether both targets are held at once, and what one shared target does to each task.`,
  sections: tagSection,
  verdicts: (settings, findings, quick) => [
    ...holdsEveryTag(settings, findings, "two targets", quick),
    missesATag(settings, findings, "one shared target", quick),
    isNoWorse(findings, "two targets", "GRPO", quick),
  ],
});
