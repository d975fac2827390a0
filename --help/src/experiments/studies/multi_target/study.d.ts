/** One controller per class of tokens (docs/method.md, "Several targets"): two tasks in one run, each with a target of its own. */
export declare const multiTarget: import("../../framework/study.js").Study;
