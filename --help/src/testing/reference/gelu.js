/** y = x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))). */
export function geluReference({ x }) {
    return { y: x.data.map((value) => 0.5 * value * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (value + 0.044715 * value ** 3)))) };
}
