import { figure, lastValues, mean } from "./window.js";
const WINDOW = 10;
/** Where the gate lets fewer than one token in fifty through, alpha at its limit changes the loss by less than the noise of a batch. */
const CLOSED = 0.02;
/** With this share of equal groups, at most one group in ten teaches: a batch of 32 prompts is then worth 3. */
const ALIKE = 0.9;
/** The probability gate lets hardly any token through. */
export const deadLeverGate = (history, { usesAlpha, gate, tau }) => {
    const gated = lastValues(history, "entropic/gated_fraction", WINDOW);
    if (!usesAlpha || gate !== "probability" || gated.length === 0 || mean(gated) >= CLOSED)
        return undefined;
    return {
        severity: "warning",
        message: `alpha acts on ${figure(100 * mean(gated))} % of the tokens (${WINDOW} steps): few are more probable than tau ${tau}`,
        advice: "set entropy.gate to entropy-effect, or lower entropy.tau; 0.3 to 0.5 suit small models",
    };
};
/** Nearly all groups have equal rewards, so that advantages are 0: the policy learns nothing, and alpha has nothing to reweight. */
export const deadLeverRewards = (history, { comparesWithinGroups }) => {
    const alike = lastValues(history, "frac_reward_zero_std", WINDOW);
    const reward = lastValues(history, "reward", WINDOW);
    if (!comparesWithinGroups || alike.length === 0 || reward.length === 0 || mean(alike) < ALIKE)
        return undefined;
    return {
        severity: "warning",
        message: `${figure(100 * mean(alike))} % of the groups have equal rewards (${WINDOW} steps, mean reward ${figure(mean(reward))}): their advantages are 0`,
        advice: "take a task with more to tell apart: easier or harder problems, partial credit, more completions per prompt",
    };
};
