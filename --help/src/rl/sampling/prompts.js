import { createRandom } from "../../random.js";
/**
 * Which problems a step trains on: every epoch is a new permutation drawn from (seed, epoch), and steps take from it in
 * order, so that the data position is a function of the step alone and a resumed run continues where it was.
 */
export function problemsOfStep(problems, options) {
    const { seed, step, count } = options;
    const chosen = [];
    for (let i = step * count; i < (step + 1) * count; i += 1) {
        const epoch = Math.floor(i / problems.length);
        chosen.push(problems[permutation(problems.length, seed, epoch)[i % problems.length]]);
    }
    return chosen;
}
const permutations = new Map();
/** Fisher and Yates' shuffle of 0 .. length - 1; the last few are remembered. */
function permutation(length, seed, epoch) {
    const key = `${length}/${seed}/${epoch}`;
    const known = permutations.get(key);
    if (known)
        return known;
    const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b));
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i -= 1) {
        const j = random.integer(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
    }
    if (permutations.size > 4)
        permutations.clear();
    permutations.set(key, order);
    return order;
}
