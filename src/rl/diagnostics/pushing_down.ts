import type { Diagnosis } from "./contract.ts";
import { figure, lastValues, mean } from "./window.ts";

/** Steps: several times the way to a usual target. The quickstart goes from 0.42 to its 0.35 in under 20 steps, and is over after 60. */
const WINDOW = 100;
/** Steps at either end of the window whose errors are compared: enough that noise does not decide. */
const ENDS = 20;
/**
 * The share of the limit that alpha must exceed on average in both halves of the window. Healthy loops on a small task stand between -0.4 and
 * 0 once they have arrived, because GRPO lowers entropy by itself.
 */
const PRESSURE = 0.25;
/** An error within this share of the target counts as arrived. */
const ARRIVED = 0.1;
/** An error that shrinks to this share in a window is still on its way, which was asked for. */
const PROGRESS = 0.75;

/** alpha stays positive after entropy has arrived, or comes no nearer: the policy would keep a higher entropy by itself. */
export const pushingDown: Diagnosis = (history, { holdsTarget, gains }) => {
  const alphas = lastValues(history, "entropic/alpha", WINDOW);
  const errors = lastValues(history, "entropic/error", WINDOW);
  if (!holdsTarget || !gains || alphas.length === 0 || errors.length === 0) return undefined;
  const halves = [alphas.slice(0, WINDOW / 2), alphas.slice(WINDOW / 2)].map(mean);
  if (Math.min(...halves) < PRESSURE * gains.limit) return undefined;
  const target = history.at(-1)!["entropic/target"] ?? 0;
  const [before, now] = [mean(errors.slice(0, ENDS)), mean(errors.slice(-ENDS))];
  if (before > ARRIVED * target && now < PROGRESS * before) return undefined;
  return {
    severity: "warning",
    message:
      `alpha was ${figure(mean(alphas))} on average over ${WINDOW} steps: the target ${figure(target)} is below where the policy wants to be, ` +
      "and you are paying accuracy for it",
    advice:
      "set entropy.mode to floor, which never pushes entropy down, or raise entropy.target; for a certain policy at the end let control go with entropy.release",
  };
};
