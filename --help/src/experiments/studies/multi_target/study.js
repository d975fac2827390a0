import { isNoWorse } from "../../framework/arms/claims.js";
import { armStudy } from "../../framework/arms/study.js";
import { holdsEveryTag, missesATag, tagPictures, tagSections } from "./tags.js";
/** One controller per class of tokens (docs/method.md, "Several targets"): two tasks in one run, each with a target of its own. */
export const multiTarget = armStudy({
    name: "multi-target",
    description: "two tasks in one run, with a target each or one shared",
    title: "Several targets: can two tasks be held at different entropies in one run?",
    question: `Every batch holds problems of two tasks. With one shared target a single alpha serves both; with two targets each task has a controller
and an alpha of its own. The question is whether both targets are held at once, and what one shared target does to each task.`,
    sections: tagSections,
    pictures: tagPictures,
    claims: (settings) => [
        ...holdsEveryTag(settings, "two targets"),
        missesATag(settings, "one shared target"),
        isNoWorse("two targets", "GRPO"),
    ],
});
