/// <reference types="@webgpu/types" />
/**
 * The largest counts that a configuration can mean: beyond the largest runs that were ever reported. They are refused before anything is
 * allocated; what a certain GPU holds is checked once it is known.
 */
export declare const MOST: {
    readonly steps: 10000000;
    readonly prompts: 65536;
    readonly completions: 4096;
    /** Prompts times completions. */
    readonly sampled: number;
    readonly tokens: number;
    readonly updates: 1000;
};
