/** A half of a number, a quarter and so on, down to `least`; whole numbers, the largest first. */
export function halvesOf(value, least) {
    const halves = Array.from({ length: 10 }, (_, i) => Math.floor(value / 2 ** (i + 1)));
    return halves.filter((half) => half >= least);
}
