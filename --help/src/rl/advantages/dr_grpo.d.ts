/** R - mean of the group. No std divides, which would magnify prompts of little spread (Dr. GRPO: Liu et al. 2025, arXiv 2503.20783). */
export declare const drGrpo: import("./contract.js").Advantage;
