import type { Gains } from "../../control/define.ts";
import type { Diagnosis } from "./contract.ts";
import { figure, gainsNow, lastValues, mean } from "./window.ts";

/** In 20 steps noise alone crosses the target about ten times, and in 98 of 100 windows 5 to 15 of the steps lie on one side. */
const WINDOW = 20;
/**
 * From this mean |alpha| of a window on, as a share of the limit, alpha counts as large. The quickstart's windows (lavapipe, 60 steps) have
 * at most 0.48 with kp 10 and 0.63 with kp 30, and 0.67 to 0.84 with kp 100, where alpha flips between its limits.
 */
const LARGE = 0.75;
/** Steps with alpha on either side of 0: a quarter of the window. Fewer mean an offset or a saturation with some noise. */
const EACH_SIDE = 5;
/** Two whole swings. */
const CROSSINGS = 4;

/** Entropy swings around its target, and a large alpha swings with it: the gain is too high for the policy, or it only amplifies noise. */
export const oscillation: Diagnosis = (history, { holdsTarget, gains: given }) => {
  const gains = gainsNow(history, given);
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
    advice: gains.found
      ? lessLambda(gains.found)
      : `divide entropy.kp by 10 (${figure(kp)} -> ${figure(kp / 10)})${lessIntegral(kp / 10, ki)}`,
  };
};

/** Automatic gains are lambda over what was measured, so that both follow it. */
function lessLambda({ lambda }: NonNullable<Gains["found"]>): string {
  return `divide entropy.lambda by 10 (${figure(lambda)} -> ${figure(lambda / 10)})`;
}

/** ki is divided as well where it would be more than a tenth of the new kp. */
function lessIntegral(kp: number, ki: number): string {
  return ki > kp / 10 ? ` and entropy.ki with it (${figure(ki)} -> ${figure(ki / 10)})` : "";
}
