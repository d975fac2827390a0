/** No reward function scored any completion of the step, so no advantage is known. One such step is a fault of the rewards already. */
export const unscored = (history) => {
    if (history.at(-1)?.frac_unscored !== 1)
        return undefined;
    return {
        severity: "error",
        message: "no reward function scored any completion of the step: all scores are null, and all advantages are 0",
        advice: "let the reward function return a number where it can judge a completion; null leaves a completion out",
    };
};
/** `maskTruncated` left out every completion of the step, so that it changed neither policy nor controller. */
export const allMasked = (history) => {
    if (history.at(-1)?.["completions/masked_ratio"] !== 1)
        return undefined;
    return {
        severity: "warning",
        message: "every completion was cut off and grpo.maskTruncated left it out: the step had no token to learn from and changed nothing",
        advice: "raise grpo.maxNewTokens, or set grpo.maskTruncated to false",
    };
};
