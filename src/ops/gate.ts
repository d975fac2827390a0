/** Which tokens alpha reweights (lib/control.wgsl): those more probable than tau, or each token by the sign of its effect on entropy. */
export type GateName = "probability" | "entropy-effect";

/** A gate and its threshold. */
export interface GateOptions {
  readonly gate: GateName;
  /** Probability above which the gate `probability` lets a token through; 0 or less lets all through. */
  readonly tau: number;
}

/** The parameters that kernels take for a gate. */
export function gateParameters({ gate, tau }: GateOptions): { readonly gate: number; readonly log_tau: number } {
  if (gate !== "probability" && gate !== "entropy-effect") {
    throw new Error(`entropy.gate is ${gate as string}; it must be probability or entropy-effect`);
  }
  // A number below every log-probability takes the place of log(0), because WGSL does not guarantee infinities.
  return { gate: gate === "probability" ? 0 : 1, log_tau: tau > 0 ? Math.log(tau) : -3.4e38 };
}
