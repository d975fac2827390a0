export declare const DEFAULT_K = 4;
/**
 * What a completion adds to pass@k, over all k-subsets of its group (Pass@k Training, section 2.4: Chen et al. 2025, arXiv 2508.10751).
 * With n completions, w of them wrong (a reward below 1):
 *
 *   mean = 1 - C(w, k) / C(n, k)       the share of subsets with a right one
 *   std  = sqrt(mean (1 - mean))
 *   right: (1 - mean) / std             every subset it is in passes
 *   wrong: (1 - C(w - 1, k - 1) / C(n - 1, k - 1) - mean) / std        leave-one-out: of its subsets, those whose other k - 1 pass
 *
 * The advantages of a group sum to 0. With k = 1 they are those of GRPO with a biased std. A group with nothing right, or with fewer
 * than k wrong, has std 0, and its advantages are 0.
 */
export declare const passAtK: import("./contract.js").Advantage;
