/** -1 for a wrong answer, 0 for a right one (negative sample reinforcement: Zhu et al. 2025, arXiv 2506.01347). */
export declare const nsr: import("./contract.js").Advantage;
