/** R minus the mean of the group's other completions = G / (G - 1) (R - mean) (RLOO: Ahmadian et al. 2024, arXiv 2402.14740). */
export declare const rloo: import("./contract.js").Advantage;
