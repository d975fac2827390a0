/** Which tokens alpha reweights (lib/control.wgsl): those more probable than tau, or each token by the sign of its effect on entropy. */
export type GateName = "probability" | "entropy-effect";

/** A gate and its threshold. */
export interface GateOptions {
  /** none: alpha reweights no token. */
  readonly gate: GateName | "none";
  /** Probability above which the gate `probability` lets a token through; 0 or less lets all through. */
  readonly tau: number;
}

/** By the numbers that lib/control.wgsl gives them. */
const GATES: readonly string[] = ["probability", "entropy-effect", "none"];

/** The parameters that kernels take for a gate. */
export function gateParameters({ gate, tau }: GateOptions): { readonly gate: number; readonly log_tau: number } {
  const code = GATES.indexOf(gate);
  if (code < 0) {
    throw new Error(`entropy.gate is ${gate as string}; it must be probability or entropy-effect`);
  }
  // A number below every log-probability takes the place of log(0), because WGSL does not guarantee infinities.
  return { gate: code, log_tau: tau > 0 ? Math.log(tau) : -3.4e38 };
}
