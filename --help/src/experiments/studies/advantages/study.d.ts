/** docs/method.md, "Advantages": what they look like, and what happens where they are not centred. */
export declare const advantages: import("../../framework/study.js").Study;
