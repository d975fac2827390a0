/** Repeatable random numbers for tests and initial weights: splitmix32, with normals by Box and Muller. */
export interface Random {
    /** Uniform in [0, 1). */
    uniform(): number;
    /** Standard normal. */
    normal(): number;
    /** Uniform integer in [0, below). */
    integer(below: number): number;
}
export declare function createRandom(seed: number): Random;
