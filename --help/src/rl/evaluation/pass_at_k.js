/**
 * Chance that at least one of k completions, drawn without replacement from n of which c are right, is right: 1 - C(n-c, k) / C(n, k),
 * unbiased (Chen et al. 2021, arXiv 2107.03374). Throws unless 0 <= c <= n and 1 <= k <= n, all whole.
 */
export function passAtK(n, c, k) {
    if (![n, c, k].every(Number.isInteger) || c < 0 || c > n || k < 1 || k > n) {
        throw new Error(`pass@k of n ${n}, c ${c}, k ${k} is not defined; 0 <= c <= n and 1 <= k <= n are expected: draw at least k completions.`);
    }
    // The quotient is a product of factors here, because the binomials overflow.
    let allWrong = 1;
    for (let i = 0; i < k; i++)
        allWrong *= Math.max(0, n - c - i) / (n - i);
    return 1 - allWrong;
}
/** Mean of pass@k over problems with n completions each, `correct[i]` of them right. Throws as passAtK does, and on no problems. */
export function meanPassAtK(n, correct, k) {
    if (correct.length === 0)
        throw new Error("pass@k of no problems is not defined; give at least one problem.");
    return correct.reduce((sum, c) => sum + passAtK(n, c, k), 0) / correct.length;
}
