/** docs/method.md, "One step": a target means something only together with a temperature. */
export declare const temperature: import("../framework/study.js").Study;
