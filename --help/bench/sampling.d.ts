/** What one run took. */
export interface Sample {
    readonly milliseconds: number;
    /** Processor time of this process over the number of cores. */
    readonly processorMilliseconds: number;
    /** Paths only: the tokens that the run processed. */
    readonly tokens?: number;
    /** Paths only: times of their parts, shares, ratios. */
    readonly details?: Readonly<Record<string, number>>;
}
/** Milliseconds of many samples. */
export interface Spread {
    readonly median: number;
    readonly min: number;
    readonly max: number;
    /** Nine of ten samples lie between these. */
    readonly percentile5: number;
    readonly percentile95: number;
}
/** Processor time of this process so far over the number of cores: a clock for software adapters that leaves other processes out. */
export declare function processorMilliseconds(): number;
/** Times work that ends on the host, by both of the host's clocks. */
export declare function timeOnHost(run: () => Promise<void>): Promise<Sample>;
/** Warms up with one call of `time`, then calls it again and again, by benny, for about `seconds` and at least seven times. */
export declare function collectSamples(name: string, seconds: number, time: () => Promise<Sample>): Promise<Sample[]>;
export declare function spreadOf(values: readonly number[]): Spread;
