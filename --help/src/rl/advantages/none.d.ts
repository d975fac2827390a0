/** The reward itself, without any baseline (REINFORCE: Williams 1992). */
export declare const none: import("./contract.js").Advantage;
