/** Of a row of logits: the distribution that a token is drawn from, and logp and entropy before top-k and top-p. */
export declare function nextTokenReference(logits: ArrayLike<number>, options: {
    readonly temperature: number;
    readonly topK: number;
    readonly topP: number;
}): {
    readonly probabilities: number[];
    readonly logp: number[];
    readonly entropy: number;
};
