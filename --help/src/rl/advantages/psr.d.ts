/** +1 for a right answer, 0 for a wrong one (positive sample reinforcement: Zhu et al. 2025, arXiv 2506.01347). */
export declare const psr: import("./contract.js").Advantage;
