/**
 * The largest counts that a configuration can mean: beyond the largest runs that were ever reported. They are refused before anything is
 * allocated; what a certain GPU holds is checked once it is known.
 */
export const MOST = {
    steps: 10_000_000,
    prompts: 65_536,
    completions: 4_096,
    /** Prompts times completions. */
    sampled: 2 ** 20,
    tokens: 2 ** 20,
    updates: 1_000,
};
