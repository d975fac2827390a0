/** Which entropy target is best for each task, and what training towards it does to harder problems and to other tasks. */
export declare const target: import("../../framework/study.js").Study;
