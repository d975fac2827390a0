const QUARTER = 6;
/** Steps of the experiment that automatic gains are computed from. */
const EXPERIMENT_STEPS = 4 * QUARTER;
const [KP_MIN, KP_MAX] = [0.1, 50];
/** The parameters of shaders/control/pi.wgsl. */
export function piParameters(settings) {
    return {
        limit: settings.limit,
        anti_windup: settings.antiWindup ? 1 : 0,
        anchor_steps: settings.anchorSteps,
        decay: settings.targetDecay,
        floor: settings.targetFloor,
        lambda: settings.gains === "auto" ? settings.lambda : 0,
        ratio: settings.kiRatio,
    };
}
/** One step of shaders/control/pi.wgsl in double precision, for a loop that the batch has measured. */
export function piStep(settings, before) {
    const anchors = before.rho > 0 && before.steps < settings.anchorSteps;
    const trial = before.steps - (before.rho > 0 ? settings.anchorSteps : 0);
    const experiments = settings.gains === "auto" && trial >= 0 && trial < EXPERIMENT_STEPS;
    const after = law(settings, withGains(settings, withTarget(settings, before, anchors), trial), anchors || experiments);
    const held = anchors ? 0 : experiments ? experimentAlpha(settings, trial) : undefined;
    return { ...after, ...(held !== undefined && { alpha: held }), steps: before.steps + 1, previous_entropy: before.entropy };
}
function law({ limit, antiWindup }, loop, held) {
    const error = loop.entropy - loop.target_entropy;
    const raw = loop.kp * error + loop.ki * loop.integral;
    const alpha = Math.max(-limit, Math.min(limit, raw));
    const clamped = raw !== alpha;
    const frozen = held || (antiWindup && clamped && raw > 0 === error > 0);
    return { ...loop, alpha, error, integral: frozen ? loop.integral : loop.integral + error, saturated: clamped && !held ? 1 : 0 };
}
/** The automatic target. It is a heuristic, which assumes that the start of the run is diverse enough. */
function withTarget({ anchorSteps, targetDecay, targetFloor }, loop, anchors) {
    if (loop.rho <= 0)
        return loop;
    const anchor = anchors ? loop.anchor + (loop.entropy - loop.anchor) / (loop.steps + 1) : loop.anchor;
    const since = Math.max(0, loop.steps - anchorSteps);
    return { ...loop, anchor, target_entropy: Math.max(targetFloor, loop.rho * anchor - targetDecay * since) };
}
/** Automatic gains, by least squares of the change of entropy on alpha over an experiment at the start. */
function withGains({ gains, lambda, kiRatio }, loop, trial) {
    if (gains === "fixed" || trial < 1 || trial > EXPERIMENT_STEPS)
        return loop;
    const { alpha } = loop;
    const sum_square = loop.sum_square + alpha * alpha;
    const sum_product = loop.sum_product + alpha * (loop.entropy - loop.previous_entropy);
    const summed = { ...loop, sum_square, sum_product };
    if (trial < EXPERIMENT_STEPS)
        return summed;
    const authority = -sum_product / sum_square;
    if (!(authority > 0))
        return { ...summed, authority };
    const kp = Math.max(KP_MIN, Math.min(KP_MAX, lambda / authority));
    return { ...summed, authority, kp, ki: kiRatio * kp };
}
function experimentAlpha({ limit }, trial) {
    return (trial >= QUARTER && trial < 3 * QUARTER ? 0.5 : -0.5) * limit;
}
