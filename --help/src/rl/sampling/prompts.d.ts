/**
 * Which problems a step trains on: every epoch is a new permutation drawn from (seed, epoch), and steps take from it in
 * order, so that the data position is a function of the step alone and a resumed run continues where it was.
 */
export declare function problemsOfStep<Problem>(problems: readonly Problem[], options: {
    seed: number;
    step: number;
    count: number;
}): Problem[];
