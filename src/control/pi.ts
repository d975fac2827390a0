import type { z } from "zod";
import type { Contradiction } from "../options/define.ts";
import { adjustable, decimal, flag, list, oneOf, option, section, text, whole } from "../options/schema.ts";
import { type ControllerBehaviour, defineController, type HeldEntropy } from "./define.ts";
import { resumedSignal, signalNumber } from "./found_target.ts";
import { EXPERIMENT_STEPS, gainsOf, piParameters, piStep } from "./pi_law.ts";
import type { StepSignals } from "./signals.ts";
import { initialState, type Loop, type SetFields, stepLoops } from "./state.ts";
import {
  anyTarget,
  GROUP,
  groupTarget,
  isFound,
  isOfAllTokens,
  isPoints,
  movesByItself,
  releasedAt,
  scheduledTarget,
  signalOf,
  type Target,
  targetAt,
} from "./target.ts";

const targetClass = section({
  name: text("the name of a class of tokens").describe("Its name in metrics and, with a column, the column's value."),
  target: scheduledTarget().describe("The entropy to hold for tokens of this class."),
  from: whole({ min: 0, max: 10_000_000 })
    .optional()
    .describe("With classBy position: the first position of the answer that belongs to it, from 0."),
});

/** The defaults suit small models and the entropy-effect gate; docs/method.md has the paper's values, for large models. */
const options = section({
  target: adjustable(
    anyTarget(),
    0.35,
    "The entropy to hold, in nats per token at grpo.temperature; or points [share of the run, nats], straight lines between them; or auto: rho times that of the start; or group: rho ln(completions) nats an answer; or spread, right or gap: found from the groups and answers of every step (page method.md).",
  ),
  mode: adjustable(
    oneOf(["hold", "floor"], "floor for a target that moves by points, group, spread, right or gap, and hold otherwise").nullable(),
    null,
    "hold pushes entropy to its target from both sides; floor acts below the target only, and never pushes entropy down. null is floor for a target that moves (points, group, spread, right, gap) and hold otherwise.",
  ),
  release: adjustable(
    decimal({ min: 0, max: 1 }, "never").nullable(),
    null,
    "The share of the run after which control lets go: alpha fades to 0 over the next twentieth of the run. null is never.",
  ),
  kp: adjustable(decimal({ min: 0, max: 10_000 }), 10, "Proportional gain: alpha per nat of error."),
  ki: adjustable(
    decimal({ min: 0, max: 10_000 }),
    1,
    "Integral gain: alpha per nat of summed error; it removes the offset that kp leaves.",
  ),
  limit: adjustable(
    decimal({ min: 0.001, max: 1 }),
    0.9,
    "Largest |alpha|; below 1 no gradient of an unclipped token vanishes or flips, with alphaNorm all.",
  ),
  antiWindup: adjustable(flag(), true, "Stops the integral from growing while alpha stands at its limit."),
  gains: adjustable(
    oneOf(["fixed", "auto"]),
    "fixed",
    "Where kp and ki come from: fixed takes them as given, auto finds them by an experiment of 24 optimiser updates at the start.",
  ),
  lambda: adjustable(
    decimal({ min: 0.001, below: 2 }),
    0.15,
    "Automatic gains: the share of an error that one step corrects; kp = lambda / authority.",
  ),
  kiRatio: adjustable(decimal({ min: 0, below: 1 }), 0.05, "Automatic gains: ki / kp."),
  rho: adjustable(
    decimal({ min: 0.01, max: 100 }),
    0.8,
    "Automatic target: the share of the mean entropy of the first anchorSteps updates that it starts at; with spread, right and gap also the share of the starting signal that is kept. With group: the share of ln(completions) that an answer keeps.",
  ),
  anchorSteps: option(
    whole({ min: 1, max: 1_000_000 }),
    8,
    "Automatic target: how many optimiser updates at the start run without control, to measure the entropy there. A step has updatesPerRollout of them.",
  ),
  targetDecay: adjustable(
    decimal({ min: 0, max: 10 }),
    0,
    "Automatic target: the nats that it falls by in every optimiser update after the first anchorSteps.",
  ),
  targetFloor: adjustable(decimal({ min: 0, max: 100 }), 0, "Automatic target: the least entropy that it falls to, in nats."),
  targetRate: adjustable(
    decimal({ min: 0, max: 1 }),
    0.02,
    "Target spread, right or gap: how fast it follows what is measured. It moves by at most this share of the start's entropy in an optimiser update (spread, gap), or averages over about 1 / targetRate updates (right).",
  ),
  classes: option(
    list(targetClass, "a list of mappings with name and target, and with classBy position also from"),
    [],
    "Classes of tokens with a target each, such as { name: head, target: 0.5, from: 0 }; two or more, or none.",
  ),
  classBy: option(
    text("position, or the name of a column of the problems"),
    "position",
    "What tells the class of a token: position, its place in the answer, or the name of a column of its problem that holds the name of the class.",
  ),
});

/** The options of the controller `pi`. */
export type PIOptions = z.input<typeof options>;
type Settings = z.output<typeof options>;

/**
 * EntroPIC (arXiv 2511.15248): alpha = clamp(kp e + ki I, -limit, limit) with e = entropy - target and I the sum of earlier errors, for all
 * tokens or for each class of tokens; targets and gains may follow from what is measured at the start.
 */
export const entropic = defineController({
  key: "pi",
  description: "Holds entropy at a target by proportional-integral control of alpha (EntroPIC).",
  options,
  check: (settings) => [...classProblems(settings.classes, settings.classBy), ...scheduleProblems(settings)],
  build: (settings) => {
    const { classes, classBy, gains, kp, ki, limit, lambda, kiRatio } = settings;
    const isFloor = modeOf(settings) === "floor";
    const law = { ...settings, isFloor };
    return {
      label: "GRPO + EntroPIC",
      holds: heldEntropies(settings),
      usesAlpha: true,
      actsOnAdvantages: true,
      gains: { kp, ki, limit, ...(gains === "auto" && { found: { lambda, kiRatio } }) },
      ...(isFloor && { isFloor }),
      ...reportsOf(settings),
      ...(classes.length > 0 && { classes, classBy }),
      initial: () => initialState({ loops: initialLoops(settings) }),
      law: {
        kernel: "control/pi",
        parameters: piParameters(law),
        ...(isTold(settings) && { told: (signals: StepSignals) => toldFields(settings, signals) }),
        step: (state) => stepLoops(state, (loop) => piStep(law, loop)),
      },
      resumed: ({ control, loops }) => ({ control, loops: loops.map((loop, i) => resumedLoop(settings, loop, i)) }),
    };
  },
});

/** The target of each loop. */
function targetsOf({ target, classes }: Settings): readonly Target[] {
  return classes.length > 0 ? classes.map((one) => one.target) : [target];
}

/** A target that moves by itself never pushes entropy down, unless `mode: hold` asks for it. */
function modeOf(settings: Settings): "hold" | "floor" {
  return settings.mode ?? (targetsOf(settings).some(movesByItself) ? "floor" : "hold");
}

function initialLoops(settings: Settings): readonly Loop[] {
  const { rho, kp, ki } = settings;
  const begin = (target: Target): Partial<Loop> => {
    if (isPoints(target)) return { target_entropy: targetAt(target, 0) };
    if (typeof target === "number") return { target_entropy: target };
    return target === GROUP ? {} : { rho, private_0: signalNumber(target) };
  };
  return initialState({ loops: targetsOf(settings).map((target) => ({ kp, ki, ...begin(target) })) }).loops;
}

/** Whether the law follows more than entropies. */
function isTold(settings: Settings): boolean {
  return settings.release !== null || targetsOf(settings).some(movesByItself);
}

/** What a step tells each loop: where its target is on its way, its signal, and how much of control has let go. */
function toldFields(settings: Settings, signals: StepSignals): SetFields {
  const released = releasedAt(settings.release, signals.progress);
  const told = (target: Target): Partial<Loop> => {
    if (isPoints(target)) return { target_entropy: targetAt(target, signals.progress) };
    const ofGroup = target === GROUP ? groupTarget(settings.rho, signals) : undefined;
    if (ofGroup !== undefined) return { target_entropy: ofGroup };
    if (!isFound(target)) return {};
    const signal = signalOf(target, signals);
    return signal === undefined ? { has_signal: 0 } : { signal, has_signal: 1 };
  };
  return { loops: targetsOf(settings).map((target) => ({ released, ...told(target) })) };
}

function reportsOf(settings: Settings): Pick<ControllerBehaviour, "reports"> {
  const finds = settings.gains === "auto" || settings.classes.length > 0 || settings.target === "auto";
  const reports = [
    ...(finds ? (["kp", "ki", "authority"] as const) : []),
    ...(isFound(settings.target) ? (["signal"] as const) : []),
    ...(settings.release !== null ? (["released"] as const) : []),
  ];
  return reports.length > 0 ? { reports } : {};
}

/**
 * Given targets and gains replace saved ones, and what an option has turned off is forgotten. A loop starts anew where it must now find its
 * target or gains and was saved without that. In mode floor a sum of errors above 0, saved in mode hold, is forgotten too.
 */
function resumedLoop(settings: Settings, saved: Loop, index: number): Loop {
  const [fresh, target] = [initialLoops(settings)[index]!, targetsOf(settings)[index]!];
  const { rho, target_entropy } = fresh;
  if (startsAnew(settings, saved, fresh)) return fresh;
  return {
    ...saved,
    rho,
    ...(typeof target === "number" && { target_entropy }),
    ...(modeOf(settings) === "floor" && { integral: Math.min(0, saved.integral) }),
    // With release every step is told how much has let go; without it none is.
    ...(settings.release === null && { released: 0 }),
    ...resumedGains(settings, saved, fresh),
    ...resumedSignal(target, saved),
  };
}

/** An experiment counts its steps from the anchor steps on, so that one which is not done is lost where these no longer count. */
function startsAnew({ gains, anchorSteps }: Settings, saved: Loop, { rho }: Loop): boolean {
  const lacksTarget = rho > 0 && saved.rho === 0;
  const trials = saved.steps - (rho > 0 ? anchorSteps : 0);
  const isShifted = rho === 0 && saved.rho > 0 && saved.steps - anchorSteps <= EXPERIMENT_STEPS;
  return lacksTarget || (gains === "auto" && (isShifted || (trials > 1 && saved.sum_square === 0)));
}

/** Given gains, which end an experiment; or those of the authority that was found, by the present lambda and kiRatio. */
function resumedGains(settings: Settings, saved: Loop, { kp, ki }: Loop): Partial<Loop> {
  if (settings.gains === "fixed") return { kp, ki, authority: 0, sum_square: 0, sum_product: 0 };
  const found = saved.authority > 0 ? gainsOf(settings, saved.authority) : { kp, ki };
  // The GPU rounds in its own way, and where no option has changed no bit may.
  return isNear(saved.kp, found.kp) && isNear(saved.ki, found.ki) ? {} : found;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= 1e-5 * Math.abs(other);
}

function heldEntropies({ target, classes, rho }: Settings): HeldEntropy[] {
  const held = (option: string, value: Target): HeldEntropy => {
    if (typeof value === "number") return { option, nats: value, words: `${value} nats` };
    if (value === GROUP) return { option, nats: undefined, words: `${rho} ln(completions) nats an answer` };
    if (!isPoints(value)) return { option, nats: undefined, words: value === "auto" ? `${rho} of the start` : `found by ${value}` };
    const nats = value.map(([, one]) => one);
    return { option, nats: Math.max(...nats), words: `${nats.join(", ")} nats by points` };
  };
  if (classes.length === 0) return [held("target", target)];
  return classes.map((one, i) => ({ ...held(`classes.${i}.target`, one.target), className: one.name }));
}

function scheduleProblems(settings: Settings): Contradiction[] {
  const { gains, target, classes } = settings;
  const ofClasses = "a number, auto or points where entropy.classes have targets, because its signal is measured over all tokens";
  const bothWays = "fixed in mode floor, because the experiment of automatic gains pushes entropy both ways";
  return [
    ...(classes.length > 0 && isOfAllTokens(target) ? [{ option: "target", value: target, allowed: ofClasses }] : []),
    ...(gains === "auto" && modeOf(settings) === "floor" ? [{ option: "gains", value: gains, allowed: bothWays }] : []),
  ];
}

const MOST_CLASSES = 64;

function classProblems(classes: Settings["classes"], classBy: string): Contradiction[] {
  const names = classes.map(({ name }) => name);
  const begins = classes.map(({ from }) => from);
  const rises = begins.every((from, i) => from !== undefined && (i === 0 ? from === 0 : from > (begins[i - 1] ?? 0)));
  const hasBegins = begins.some((from) => from !== undefined);
  const refused = (isWrong: boolean, value: unknown, allowed: string): Contradiction[] =>
    isWrong ? [{ option: "classes", value, allowed }] : [];
  return [
    ...refused(classes.length === 1 || classes.length > MOST_CLASSES, names, `empty, or a list of 2 to ${MOST_CLASSES} classes`),
    ...refused(new Set(names).size < names.length, names, "a list of different names"),
    ...refused(
      hasBegins && classBy === "position" && !rises,
      begins.map((from) => from ?? null),
      "a list whose from starts at 0 and rises, because classBy is position",
    ),
    ...refused(hasBegins && classBy !== "position", begins, `a list without from, because classBy is ${classBy} and not position`),
  ];
}
