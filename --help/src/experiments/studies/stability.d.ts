/** How steady entropy is over long runs and many seeds: EntroPIC, plain GRPO and AEC (Skywork-OR1). */
export declare const stability: import("../framework/study.js").Study;
