/** y = silu(gate) * up, where each row of gate_up holds the gate and then up. */
export function swigluReference({ gate_up }) {
    const [rows, width] = gate_up.shape;
    const half = width / 2;
    const y = new Float64Array(rows * half);
    for (let i = 0; i < y.length; i += 1) {
        const at = Math.floor(i / half) * width + (i % half);
        const gate = gate_up.data[at];
        y[i] = (gate / (1 + Math.exp(-gate))) * gate_up.data[at + half];
    }
    return { y };
}
