/** The parameters that kernels take for a gate. */
export function gateParameters({ gate, tau }) {
    if (gate !== "probability" && gate !== "entropy-effect") {
        throw new Error(`entropy.gate is ${gate}; it must be probability or entropy-effect`);
    }
    // A number below every log-probability takes the place of log(0), because WGSL does not guarantee infinities.
    return { gate: gate === "probability" ? 0 : 1, log_tau: tau > 0 ? Math.log(tau) : -3.4e38 };
}
