/** Which tokens alpha reweights (lib/control.wgsl): those more probable than tau, or each token by the sign of its effect on entropy. */
export type GateName = "probability" | "entropy-effect";
/** A gate and its threshold. */
export interface GateOptions {
    readonly gate: GateName;
    /** Probability above which the gate `probability` lets a token through; 0 or less lets all through. */
    readonly tau: number;
}
/** The parameters that kernels take for a gate. */
export declare function gateParameters({ gate, tau }: GateOptions): {
    readonly gate: number;
    readonly log_tau: number;
};
