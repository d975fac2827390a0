/** A target taken from the start's own entropy (docs/method.md, "Automatic target") against the best fixed one that the study target found. */
export declare const autoTarget: import("../framework/study.js").Study;
