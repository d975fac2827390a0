import type { Diagnosis } from "./contract.ts";
import { deviation, figure, lastValues, mean, percent } from "./window.ts";

const WINDOW = 20;
/** Steps before the window, in which entropy may still be on its way. */
const LEAD = 10;
/** Within 5 % of its target an entropy counts as held (section "How to validate" of the method). */
const TOLERANCE = 0.05;
/** The same for targets near 0, in nats. */
const LEAST = 0.005;
/** Standard errors of the window's mean. A run tests some hundred windows, so 3 would be passed by noise alone every tenth run. */
const SIGMAS = 4;
/** Between the two halves of the window the error may change by this share of itself, else entropy is still travelling. */
const DRIFT = 0.25;
/** An integral takes over what kp holds in kp / ki steps. One that is quick against the window is given three times that first. */
const PATIENCE = 3;
/** More steps than this at the limit are a matter for `saturation`. */
const SATURATED = 0.25;

/** Entropy has come to rest beside its target, with alpha free to move: what the base algorithm's drift leaves of a missing or slow integral. */
export const offset: Diagnosis = (history, { holdsTarget, gains }) => {
  const errors = lastValues(history, "entropic/error", WINDOW);
  const alphas = lastValues(history, "entropic/alpha", WINDOW);
  const saturated = lastValues(history, "entropic/saturated", WINDOW);
  if (!holdsTarget || !gains || errors.length === 0 || saturated.length === 0) return undefined;
  const { kp, ki } = gains;
  if (history.length < WINDOW + LEAD + settlingTime(kp, ki)) return undefined;
  if (mean(saturated) > SATURATED || alphas.every((alpha) => alpha === 0)) return undefined;
  const target = history.at(-1)!["entropic/target"] ?? 0;
  const error = mean(errors);
  const travel = Math.abs(mean(errors.slice(WINDOW / 2)) - mean(errors.slice(0, WINDOW / 2)));
  const noise = (SIGMAS * deviation(errors)) / Math.sqrt(WINDOW);
  if (Math.abs(error) < Math.max(TOLERANCE * target, LEAST, noise) || travel > DRIFT * Math.abs(error)) return undefined;
  const share = target > 0 ? ` (${percent(Math.abs(error) / target)})` : "";
  return {
    severity: "info",
    message: `entropy has settled ${figure(Math.abs(error))} nats${share} ${error > 0 ? "above" : "below"} its target ${figure(target)}, with alpha ${figure(mean(alphas))} on average over ${WINDOW} steps`,
    advice: ki === 0 ? `set entropy.ki to ${figure(kp / 10)} (kp / 10): kp alone leaves an offset` : moreIntegral(kp, ki),
  };
};

function settlingTime(kp: number, ki: number): number {
  return ki > 0 && kp / ki <= WINDOW ? (PATIENCE * kp) / ki : 0;
}

/** Towards kp / 10, which suits runs of about 100 steps; from there on by three, still below kp, where the loop is stable. */
function moreIntegral(kp: number, ki: number): string {
  const next = ki < kp / 10 ? kp / 10 : 3 * ki;
  return `raise entropy.ki (${figure(ki)} -> ${figure(next)})`;
}
