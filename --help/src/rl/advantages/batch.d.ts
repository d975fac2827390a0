/** (R - mean of the group) / (std of the whole batch's rewards + 1e-6) (Liu et al. 2025, arXiv 2508.08221; `scale_rewards: batch` in TRL). */
export declare const batch: import("./contract.js").Advantage;
