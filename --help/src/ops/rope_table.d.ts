/** How rotary angles are stretched for long contexts. */
export type RopeScaling = {
    readonly kind: "linear";
    readonly factor: number;
} | {
    readonly kind: "llama3";
    readonly factor: number;
    readonly lowFreqFactor: number;
    readonly highFreqFactor: number;
    readonly originalMaxPositions: number;
};
/** What a table of rotary angles is made for. */
export interface RopeOptions {
    readonly positions: number;
    readonly headDim: number;
    readonly theta: number;
    readonly scaling?: RopeScaling;
}
/** Cosines, then sines, of D/2 angles per position, in double precision on the host: [P, D]. */
export declare function ropeTable(options: RopeOptions): Float32Array;
