/** Whether alpha reweights a token. */
export function isGated({ logp, effect }, { gate, tau }) {
    return gate === "entropy-effect" ? effect !== 0 : tau <= 0 || Math.exp(logp) > tau;
}
