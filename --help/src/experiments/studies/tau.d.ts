/** docs/method.md, "Gates: which tokens alpha acts on": which gate is best? */
export declare const tau: import("../framework/study.js").Study;
