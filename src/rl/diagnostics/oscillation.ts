import type { Diagnosis } from "./contract.ts";
import { figure, lastValues, mean } from "./window.ts";

/** Ten crossings are expected of noise alone in 20 steps, and 5 to 15 of them on one side in 98 of 100 windows. */
const WINDOW = 20;
/**
 * Mean |alpha| of a window over the limit from which alpha counts as banging. The quickstart's windows (lavapipe, 60 steps) are at most 0.48
 * with kp 10 and 0.63 with kp 30, and 0.67 to 0.84 with kp 100, where alpha flips between its limits.
 */
const LARGE = 0.75;
/** A quarter of the window on either side, else it is an offset or a saturation with some noise on it. */
const EACH_SIDE = 5;
/** Two whole swings. */
const CROSSINGS = 4;

/** Entropy swings around its target and alpha, large, swings with it: the gain is too high for the plant, or only amplifies noise. */
export const oscillation: Diagnosis = (history, { holdsTarget, gains }) => {
  const alphas = lastValues(history, "entropic/alpha", WINDOW);
  const errors = lastValues(history, "entropic/error", WINDOW);
  if (!holdsTarget || !gains || alphas.length === 0 || errors.length === 0) return undefined;
  const { kp, ki, limit } = gains;
  const size = mean(alphas.map(Math.abs));
  const above = alphas.filter((alpha) => alpha > 0).length;
  const crossings = errors.filter((error, i) => i > 0 && error > 0 !== errors[i - 1]! > 0).length;
  if (size < LARGE * limit || Math.min(above, WINDOW - above) < EACH_SIDE || crossings < CROSSINGS) return undefined;
  const swing = (Math.max(...errors) - Math.min(...errors)) / 2;
  return {
    severity: "warning",
    message: `entropy crossed its target ${crossings} times in ${WINDOW} steps, by up to ${figure(swing)} nats, with |alpha| ${figure(size)} on average (limit ${limit})`,
    advice: `divide entropy.kp by 10 (${figure(kp)} -> ${figure(kp / 10)})${lessIntegral(kp / 10, ki)}`,
  };
};

/** ki need not follow where it is within kp / 10 of the new kp. */
function lessIntegral(kp: number, ki: number): string {
  return ki > kp / 10 ? ` and entropy.ki with it (${figure(ki)} -> ${figure(ki / 10)})` : "";
}
