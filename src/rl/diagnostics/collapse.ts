import type { Diagnosis, DiagnosticSettings } from "./contract.ts";
import { figure, isFiniteNumber, lastValues, letsGo, mean, percent } from "./window.ts";

/** Steps that are averaged. With 8 prompts the noise of one step is a tenth of a usual entropy, and that of five steps less than a twentieth. */
const STEPS = 5;
/** A share of the starting entropy. Plain GRPO on a small task stood at 0.27 after 400 steps, when it had lost a fifth of its pass@8. */
const LEFT = 0.25;
/** Below this share of the target, control has failed. Above it, a low entropy is what was asked for. */
const OF_TARGET = 0.5;

/** Entropy has fallen towards 0 and is not coming back, without control or in spite of it. After `entropy.release` it was asked to fall. */
export const collapse: Diagnosis = (history, settings) => {
  const { holdsTarget } = settings;
  const first = history
    .map(({ entropy }) => entropy)
    .filter(isFiniteNumber)
    .slice(0, STEPS);
  const recent = lastValues(history, "entropy", 2 * STEPS);
  if (recent.length === 0 || letsGo(history.at(-1)!)) return undefined;
  const start = mean(first);
  const level = mean(recent.slice(STEPS));
  const target = holdsTarget ? (history.at(-1)!["entropic/target"] ?? 0) : undefined;
  if (level >= LEFT * start || level > mean(recent.slice(0, STEPS))) return undefined;
  if (target !== undefined && level >= OF_TARGET * target) return undefined;
  const wanted = target === undefined ? "" : `, with a target of ${figure(target)}`;
  return {
    severity: "error",
    message: `entropy has fallen from ${figure(start)} to ${figure(level)} nats per token, ${percent(level / start)} of what it was${wanted}`,
    advice:
      target === undefined
        ? `hold it: entropy.controller pi with a target of ${figure(0.7 * start)} to ${figure(0.85 * start)} (0.7 to 0.85 of the start), or lower grpo.learningRate`
        : `lower grpo.learningRate, or ${moreAuthority(settings)}`,
  };
};

/** By the options that the controller has. */
function moreAuthority({ usesAlpha, gains, gate }: DiagnosticSettings): string {
  const ways = [
    ...(usesAlpha && gate === "probability" ? ["entropy.gate entropy-effect"] : []),
    ...(gains ? [gains.found ? "a larger entropy.lambda" : "a larger entropy.kp"] : []),
  ];
  if (ways.length === 0) return "let the controller act more strongly or hold a higher entropy";
  return `give control more authority: ${ways.join(", ")}`;
}
