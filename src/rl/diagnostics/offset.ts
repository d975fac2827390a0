import type { Gains } from "../../control/define.ts";
import type { Diagnosis } from "./contract.ts";
import { deviation, figure, gainsNow, lastValues, mean, percent } from "./window.ts";

const WINDOW = 20;
/** Steps before the window, in which entropy may still be on its way. */
const LEAD = 10;
/** An entropy within 5 % of its target counts as held. */
const TOLERANCE = 0.05;
/** An error of less than this counts as held too, in nats, for targets near 0. */
const LEAST = 0.005;
/** An error must exceed this many standard errors of the window's mean. Over a run's hundred windows noise alone exceeds 3 in every tenth run. */
const SIGMAS = 4;
/** Entropy is still travelling where the error changes by more than this share of itself between the two halves of the window. */
const DRIFT = 0.25;
/** An integral takes over what kp holds in kp / ki steps. Where that is at most the window, it gets three times as long before it is judged. */
const PATIENCE = 3;
/** Where a larger share of steps stands at the limit, the diagnosis is `saturation` instead. */
const SATURATED = 0.25;

/** Entropy has come to rest beside its target although alpha is free to move: the integral is missing, or too slow for GRPO's drift. */
export const offset: Diagnosis = (history, { holdsTarget, gains: given, isFloor }) => {
  const gains = gainsNow(history, given);
  const errors = lastValues(history, "entropic/error", WINDOW);
  const alphas = lastValues(history, "entropic/alpha", WINDOW);
  const saturated = lastValues(history, "entropic/saturated", WINDOW);
  if (!holdsTarget || !gains || errors.length === 0 || saturated.length === 0) return undefined;
  const { kp, ki } = gains;
  const steered = gains.found ? history.filter((metrics) => metrics["entropic/authority"]) : history;
  if (steered.length < WINDOW + LEAD + settlingTime(kp, ki)) return undefined;
  if (mean(saturated) > SATURATED || alphas.every((alpha) => alpha === 0)) return undefined;
  const target = history.at(-1)!["entropic/target"] ?? 0;
  const error = mean(errors);
  if (isFloor && error > 0) return undefined;
  const travel = Math.abs(mean(errors.slice(WINDOW / 2)) - mean(errors.slice(0, WINDOW / 2)));
  const noise = (SIGMAS * deviation(errors)) / Math.sqrt(WINDOW);
  if (Math.abs(error) < Math.max(TOLERANCE * target, LEAST, noise) || travel > DRIFT * Math.abs(error)) return undefined;
  const share = target > 0 ? ` (${percent(Math.abs(error) / target)})` : "";
  return {
    severity: "info",
    message: `entropy has settled ${figure(Math.abs(error))} nats${share} ${error > 0 ? "above" : "below"} its target ${figure(target)}, with alpha ${figure(mean(alphas))} on average over ${WINDOW} steps`,
    advice: adviceFor(gains),
  };
};

function settlingTime(kp: number, ki: number): number {
  return ki > 0 && kp / ki <= WINDOW ? (PATIENCE * kp) / ki : 0;
}

function adviceFor({ kp, ki, found }: Gains): string {
  if (found) return `raise entropy.kiRatio (${figure(found.kiRatio)} -> ${figure(Math.min(0.9, Math.max(0.1, 3 * found.kiRatio)))})`;
  return ki === 0 ? `set entropy.ki to ${figure(kp / 10)} (kp / 10): kp alone leaves an offset` : moreIntegral(kp, ki);
}

/** Advises ki = kp / 10, which suits runs of about 100 steps. A ki that is already there is tripled. */
function moreIntegral(kp: number, ki: number): string {
  const next = ki < kp / 10 ? kp / 10 : 3 * ki;
  return `raise entropy.ki (${figure(ki)} -> ${figure(next)})`;
}
