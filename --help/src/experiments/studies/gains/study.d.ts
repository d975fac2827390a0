/** docs/method.md, "The controller": which gains, and where the loop begins to oscillate. */
export declare const gains: import("../../framework/study.js").Study;
