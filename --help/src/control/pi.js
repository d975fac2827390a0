import { adjustable, decimal, decimalOr, flag, list, oneOf, option, section, text, whole } from "../options/schema.js";
import { defineController } from "./define.js";
import { piParameters, piStep } from "./pi_law.js";
import { initialState, stepLoops } from "./state.js";
const targetClass = section({
    name: text("the name of a class of tokens").describe("Its name in metrics and, with a column, the column's value."),
    target: decimalOr("auto", { min: 0, max: 100 }).describe("The entropy to hold for tokens of this class."),
    from: whole({ min: 0, max: 10_000_000 })
        .optional()
        .describe("With classBy position: the first position of the answer that belongs to it, from 0."),
});
/** The defaults suit small models and the entropy-effect gate; docs/method.md has the paper's values, for large models. */
const options = section({
    target: adjustable(decimalOr("auto", { min: 0, max: 100 }), 0.35, "The entropy to hold, in nats per token at grpo.temperature; auto: rho times that of the start."),
    kp: adjustable(decimal({ min: 0, max: 10_000 }), 10, "Proportional gain: alpha per nat of error."),
    ki: adjustable(decimal({ min: 0, max: 10_000 }), 1, "Integral gain: alpha per nat of summed error; it removes the offset that kp leaves."),
    limit: adjustable(decimal({ min: 0.001, max: 1 }), 0.9, "Largest |alpha|; below 1 no token's gradient vanishes or flips."),
    antiWindup: adjustable(flag(), true, "Stops the integral from growing while alpha stands at its limit."),
    gains: adjustable(oneOf(["fixed", "auto"]), "fixed", "Where kp and ki come from: fixed takes them as given, auto finds them by an experiment of 24 steps at the start."),
    lambda: adjustable(decimal({ min: 0.001, below: 2 }), 0.15, "Automatic gains: the share of an error that one step corrects; kp = lambda / authority."),
    kiRatio: adjustable(decimal({ min: 0, below: 1 }), 0.05, "Automatic gains: ki / kp."),
    rho: adjustable(decimal({ min: 0.01, max: 100 }), 0.8, "Automatic target: the share of the mean entropy of the first anchorSteps steps that it starts at."),
    anchorSteps: option(whole({ min: 1, max: 1_000_000 }), 8, "Automatic target: how many steps at the start run without control, to measure the entropy there."),
    targetDecay: adjustable(decimal({ min: 0, max: 10 }), 0, "Automatic target: the nats that it falls by in every step after the first anchorSteps steps."),
    targetFloor: adjustable(decimal({ min: 0, max: 100 }), 0, "Automatic target: the least entropy that it falls to, in nats."),
    classes: option(list(targetClass, "a list of mappings with name and target, and with classBy position also from"), [], "Classes of tokens with a target each, such as { name: head, target: 0.5, from: 0 }; two or more, or none."),
    classBy: option(text("position, or the name of a column of the problems"), "position", "What tells the class of a token: position, its place in the answer, or the name of a column of its problem that holds the name of the class."),
});
/**
 * EntroPIC (arXiv 2511.15248): alpha = clamp(kp e + ki I, -limit, limit) with e = entropy - target and I the sum of earlier errors, for all
 * tokens or for each class of tokens; targets and gains may follow from what is measured at the start.
 */
export const entropic = defineController({
    key: "pi",
    description: "Holds entropy at a target by proportional-integral control of alpha (EntroPIC).",
    options,
    check: ({ classes, classBy }) => classProblems(classes, classBy),
    build: (settings) => {
        const { target, classes, classBy, kp, ki, limit } = settings;
        const finds = settings.gains === "auto" || target === "auto" || classes.length > 0;
        return {
            label: "GRPO + EntroPIC",
            holds: heldEntropies(settings),
            usesAlpha: true,
            gains: { kp, ki, limit },
            ...(finds && { reports: ["kp", "ki", "authority"] }),
            ...(classes.length > 0 && { classes, classBy }),
            initial: () => initialState({ loops: initialLoops(settings) }),
            law: {
                kernel: "control/pi",
                parameters: piParameters(settings),
                step: (state) => stepLoops(state, (loop) => piStep(settings, loop)),
            },
            resumed: ({ control, loops }) => ({ control, loops: loops.map((loop, i) => resumedLoop(settings, loop, i)) }),
        };
    },
});
function initialLoops({ target, classes, rho, kp, ki }) {
    const targets = classes.length > 0 ? classes.map((one) => one.target) : [target];
    return initialState({ loops: targets.map((one) => ({ kp, ki, ...(one === "auto" ? { rho } : { target_entropy: one }) })) }).loops;
}
/** Given targets and gains replace saved ones. A loop starts anew where it must now find its target or gains and was saved without that. */
function resumedLoop(settings, saved, index) {
    const fresh = initialLoops(settings)[index];
    const { kp, ki, rho, target_entropy } = fresh;
    const trials = saved.steps - (rho > 0 ? settings.anchorSteps : 0);
    const findsGains = settings.gains === "auto";
    if ((rho > 0 && saved.rho === 0) || (findsGains && trials > 1 && saved.sum_square === 0))
        return fresh;
    return { ...saved, rho, ...(rho === 0 && { target_entropy }), ...(!findsGains && { kp, ki }) };
}
function heldEntropies({ target, classes, rho }) {
    const held = (option, value) => value === "auto" ? { option, nats: undefined, words: `${rho} of the start` } : { option, nats: value, words: `${value} nats` };
    if (classes.length === 0)
        return [held("target", target)];
    return classes.map((one, i) => ({ ...held(`classes.${i}.target`, one.target), className: one.name }));
}
const MOST_CLASSES = 64;
function classProblems(classes, classBy) {
    const names = classes.map(({ name }) => name);
    const begins = classes.map(({ from }) => from);
    const rises = begins.every((from, i) => from !== undefined && (i === 0 ? from === 0 : from > (begins[i - 1] ?? 0)));
    const hasBegins = begins.some((from) => from !== undefined);
    const refused = (isWrong, value, allowed) => isWrong ? [{ option: "classes", value, allowed }] : [];
    return [
        ...refused(classes.length === 1 || classes.length > MOST_CLASSES, names, `empty, or a list of 2 to ${MOST_CLASSES} classes`),
        ...refused(new Set(names).size < names.length, names, "a list of different names"),
        ...refused(hasBegins && classBy === "position" && !rises, begins.map((from) => from ?? null), "a list whose from starts at 0 and rises, because classBy is position"),
        ...refused(hasBegins && classBy !== "position", begins, `a list without from, because classBy is ${classBy} and not position`),
    ];
}
