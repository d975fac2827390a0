/** The default of grpo.maxNewTokens, which a preset may depend on. */
export declare const DEFAULT_MAX_NEW_TOKENS = 8;
/** Values that `entropy.preset` stands for; keys written out win over them. */
export declare const entropyPresets: {
    readonly paper: {
        readonly kp: 1;
        readonly ki: 0.01;
        readonly gate: "probability";
        readonly tau: 0.95;
        readonly target: 0.1;
    };
};
/** Values that `grpo.preset` stands for, given maxNewTokens; keys written out win over them. */
export declare const grpoPresets: {
    readonly dapo: (maxNewTokens: number) => {
        clipHigh: number;
        aggregate: string;
        dynamicSampling: number;
        overlongBuffer: number;
    };
};
/** Fills in the values that a configuration's presets stand for. A preset that does not exist is left for the schema to refuse. */
export declare function withPresets(value: unknown): unknown;
