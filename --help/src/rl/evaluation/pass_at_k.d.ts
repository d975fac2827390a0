/**
 * Chance that at least one of k completions, drawn without replacement from n of which c are right, is right: 1 - C(n-c, k) / C(n, k),
 * unbiased (Chen et al. 2021, arXiv 2107.03374). Throws unless 0 <= c <= n and 1 <= k <= n, all whole.
 */
export declare function passAtK(n: number, c: number, k: number): number;
/** Mean of pass@k over problems with n completions each, `correct[i]` of them right. Throws as passAtK does, and on no problems. */
export declare function meanPassAtK(n: number, correct: readonly number[], k: number): number;
