/** All ways of keeping entropy up that the engine has stand side by side, with one and with four updates on a rollout. */
export declare const baselines: import("../framework/study.js").Study;
