import type { Diagnosis, DiagnosticSettings } from "./contract.ts";
import { figure, lastValues, mean } from "./window.ts";

/** On a small task, control that works moves entropy by a third of a nat in 20 steps, and healthy runs leave the limit in under 10. */
const WINDOW = 20;
/** Steps of the window that noise may lift off the limit. */
const OFF = 2;
/** Steps at either end of the window whose errors are compared: enough that noise does not decide. */
const ENDS = 5;
/** An error that shrinks to this share in a window is on its way. The paper's runs stand at the limit for 35 steps and still arrive. */
const PROGRESS = 0.75;

/**
 * alpha stands at one limit and entropy comes no nearer: the target is out of reach, or alpha moves nothing. A controller without alpha has
 * what it moves in its place at the limit (`entropic/saturated`), on the side of the target that its error tells.
 */
export const saturation: Diagnosis = (history, settings) => {
  const alphas = lastValues(history, "entropic/alpha", WINDOW);
  const saturated = lastValues(history, "entropic/saturated", WINDOW);
  const errors = lastValues(history, "entropic/error", WINDOW);
  const { holdsTarget, hasAlpha, usesAlpha } = settings;
  if (!holdsTarget || alphas.length === 0 || saturated.length === 0 || errors.length === 0) return undefined;
  const sides = (hasAlpha ? alphas : errors).map(Math.sign);
  const stuck = sides.filter((side, i) => saturated[i] === 1 && side === sides.at(-1)).length;
  const before = Math.abs(mean(errors.slice(0, ENDS)));
  const error = mean(errors.slice(-ENDS));
  if (stuck < WINDOW - OFF || Math.abs(error) < PROGRESS * before) return undefined;
  const gated = usesAlpha ? history.at(-1)!["entropic/gated_fraction"] : undefined;
  return {
    severity: "warning",
    message:
      `${hasAlpha ? "alpha" : "the controller"} stood at its limit${hasAlpha ? ` ${figure(alphas.at(-1)!)}` : ""} in ${stuck} of ${WINDOW} steps, ` +
      `and entropy is still ${figure(Math.abs(error))} nats ${error > 0 ? "above" : "below"} its target ` +
      `(${figure(before)} before${gated === undefined ? "" : `, gated fraction ${figure(gated)}`})`,
    advice: adviceFor(settings),
  };
};

function adviceFor({ hasAlpha, usesAlpha, gate, tau }: DiagnosticSettings): string {
  if (!hasAlpha) return "let the controller hold an entropy nearer the present one, or act more strongly where it has an option for that";
  const gates = usesAlpha && gate === "probability";
  const lever = gates ? `; if alpha moves too few tokens, entropy.gate entropy-effect or a lower tau (now ${tau})` : "";
  return `move entropy.target towards the present entropy${lever}`;
}
