import { holdsTarget, isNoWorse } from "../framework/arms/claims.js";
import { armStudy } from "../framework/arms/study.js";
/** A target taken from the start's own entropy (docs/method.md, "Automatic target") against the best fixed one that the study target found. */
export const autoTarget = armStudy({
    name: "auto-target",
    description: "targets anchored to the start's own entropy, against the best fixed one of the study target",
    title: "Automatic target: does the start's own entropy tell the target?",
    question: `The automatic target measures entropy for eight steps and holds a share of it. This study trains on three tasks, whose starts differ in
entropy, with the same share for all, and with the fixed target that the study \`target\` found best for each task by
pass@8. The question is whether nobody needs to look for a target any more.`,
    claims: () => [holdsTarget("automatic"), isNoWorse("automatic", "best fixed"), isNoWorse("automatic", "GRPO")],
});
