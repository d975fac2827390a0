/** Which tokens the control term reweights (shaders/lib/control.wgsl): those more probable than tau, or each by the sign of its effect on entropy. */
export type GateName = "probability" | "entropy-effect";

/** Which tokens alpha acts on. */
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
  // The least float instead of log(0): WGSL knows no infinity for certain.
  return { gate: gate === "probability" ? 0 : 1, log_tau: tau > 0 ? Math.log(tau) : -3.4e38 };
}
