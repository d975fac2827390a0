/** (R - mean) / (std + 1e-6), both of the group, std unbiased (GRPO: Shao et al. 2024, arXiv 2402.03300). */
export declare const grpo: import("./contract.js").Advantage;
