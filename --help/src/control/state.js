import { CONTROL, LOOP } from "../ops/records.js";
/** A state in which both scales are 1 and everything else is 0, except the given fields. */
export function initialState(given = {}) {
    return {
        control: CONTROL.read(CONTROL.pack({ positive_scale: 1, negative_scale: 1, ...given.control })),
        loops: (given.loops ?? [{}]).map((loop) => LOOP.read(LOOP.pack(loop))),
    };
}
/** Whether the batch measured a loop: it had tokens of it, and a finite entropy. Any other loop should stay as it is. */
export function isMeasured({ token_count, entropy }) {
    return token_count > 0 && Number.isFinite(entropy);
}
/** The state after every loop that the batch measured has taken a step. */
export function stepLoops({ control, loops }, step) {
    return { control, loops: loops.map((loop) => (isMeasured(loop) ? step(loop) : loop)) };
}
/** The floats of a state, as the GPU holds them. */
export function packState({ control, loops }) {
    return [...CONTROL.pack(control), ...loops.flatMap(LOOP.pack)];
}
export function readState(floats) {
    const count = (floats.length - CONTROL.fields.length) / LOOP.fields.length;
    return { control: CONTROL.read(floats), loops: Array.from({ length: count }, (_, i) => LOOP.read(floats, beginOf(i))) };
}
function beginOf(loop) {
    return CONTROL.fields.length + loop * LOOP.fields.length;
}
/** What a float of a state is called: "entropy", or "alpha of loop 1". */
export function nameOfFloat(index) {
    const behind = index - CONTROL.fields.length;
    if (behind < 0)
        return CONTROL.fields[index];
    return `${LOOP.fields[behind % LOOP.fields.length]} of loop ${Math.floor(behind / LOOP.fields.length)}`;
}
/** The floats of a state that a batch sets, by index: what entropy_reduce writes on the GPU. `gated` counts the tokens that a gate lets through. */
export function measuredFloats(measured, gated) {
    const told = measured.flatMap(({ entropy, tokens }, i) => [
        [beginOf(i) + LOOP.index("token_count"), tokens],
        ...(tokens > 0 ? [[beginOf(i) + LOOP.index("entropy"), entropy]] : []),
    ]);
    const mean = weightedMean(measured.map(({ entropy, tokens }) => [entropy, tokens]));
    const count = measured.reduce((sum, { tokens }) => sum + tokens, 0);
    const whole = {
        entropy: mean,
        token_count: count,
        ...(gated !== undefined && { gated_count: gated, gated_fraction: gated / Math.max(1, count) }),
    };
    return [...Object.entries(whole).map(([field, value]) => [CONTROL.index(field), value]), ...told];
}
/** The state after a batch has set its floats. */
export function measure(state, measured) {
    const floats = packState(state);
    for (const [index, value] of measuredFloats(measured))
        floats[index] = value;
    return readState(floats);
}
/** The loops as one: means weighted by the loops' tokens, and saturated where any loop is. A single loop stays exactly what it is. */
export function meanLoop(loops, tokens) {
    // Without any token all loops count alike.
    const weights = tokens.some((count) => count > 0) ? tokens : loops.map(() => 1);
    const mean = (field) => weightedMean(loops.map((loop, i) => [loop[field], weights[i]]));
    return {
        alpha: mean("alpha"),
        error: mean("error"),
        integral: mean("integral"),
        target_entropy: mean("target_entropy"),
        saturated: Math.max(...loops.map(({ saturated }) => saturated)),
    };
}
/** A running mean, which leaves a single value exactly what it was; values of weight 0 may be anything. */
function weightedMean(values) {
    let [mean, total] = [0, 0];
    for (const [value, weight] of values) {
        if (!(weight > 0))
            continue;
        total += weight;
        mean += (weight / total) * (value - mean);
    }
    return mean;
}
