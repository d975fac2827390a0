import { mean } from "../../../report/statistics.js";
import { markdownTable } from "../../framework/markdown.js";
import { interval, percent, signed, signedPercent } from "../../framework/numbers.js";
import { seedsInWords, seedsOf } from "../../framework/seeds.js";
import { lastFifth } from "./settling.js";
import { runsOf, settlings } from "./verdicts.js";
export function toyQuestion(settings) {
    return `EntroPIC steers entropy with one number, alpha: above 0 it should lower the policy's entropy, below 0 raise it. This study tests that on a
policy so small that every run takes seconds, first with alpha fixed (open loop), then with alpha set by the controller (closed loop), on
${seedsInWords(settings)}. Entropy is the mean over answer tokens, in nats.`;
}
/** What the report says between its verdicts and its provenance; every number comes from the findings. */
export function toySections(settings, findings) {
    return [
        setUp(settings, findings),
        openLoop(settings, findings),
        gains(settings, findings),
        onPolicy(settings, findings),
        offPolicy(settings, findings),
    ];
}
function setUp({ task, model, grpo, entropy }, { openLoop }) {
    const highest = Math.log(task.characters);
    const start = mean(openLoop.map(({ before }) => before));
    const step = (task.highest - task.lowest) / task.length;
    return `## The task and the start

A prompt is one of ${task.prompts} characters; an answer is ${task.length} characters of ${task.characters}. Each place has ${task.good} good characters, which depend on the prompt, so
there are ${task.good ** task.length} best answers to each. The reward is a coin toss, 1 or 0: its chance is ${task.lowest} without any good character and ${step.toFixed(2)} more for each, up to
${task.highest}. The toss depends on seed, step and place in the batch alone, so a run can be repeated bit for bit. Because even the best answer often fails, a
group's rewards are practically never all equal, and alpha always has advantages to act on.

The policy is a ${model.model_type} with ${String(model.num_hidden_layers)} ${model.num_hidden_layers === 1 ? "layer" : "layers"} of width ${String(model.hidden_size)}. Started at random it would be nearly uniform, with no room above it. So each seed first learns by imitation
from answers whose characters are good with chance ${task.warmth} and random otherwise, and starts at ${start.toFixed(3)} nats: ${percent(start / highest, 0)} of ln ${task.characters} = ${highest.toFixed(3)}. All runs
of a seed start from that one checkpoint. Training is GRPO with ${String(grpo.prompts)} x ${String(grpo.completions)} answers a step, AdamW at ${String(grpo.learningRate)}, and the gate
${String(entropy.gate)}.`;
}
function openLoop(settings, { openLoop, oneStep, plants }) {
    const alphas = [...new Set(openLoop.map(({ alpha }) => alpha))];
    const rows = alphas.map((alpha) => {
        const runs = openLoop.filter((run) => run.alpha === alpha);
        const single = oneStep.filter((run) => run.alpha === alpha);
        const change = single.length > 0 ? signed(mean(single.map(({ before, after }) => after - before)), 4) : "-";
        return [String(alpha), change, interval(runs.map(({ after }) => after))];
    });
    return `## Open loop: alpha fixed

Every alpha has the same start, prompts and random numbers. Entropy is measured before and after on ${settings.task.prompts} x ${settings.evaluation.completions} answers.

${markdownTable(["alpha", "change in one step (nats)", `entropy after ${settings.openLoop.steps} steps (nats)`], rows)}

![Entropy with alpha fixed](open_loop.svg)

A straight line through the change of entropy per step against alpha gives the plant \`H' = H + d - b alpha\`: authority
b = ${interval(plants.map(({ authority }) => authority), { digits: 4 })} nats a step per unit of alpha, drift d = ${interval(plants.map(({ drift }) => drift), { digits: 4 })} nats a step (what GRPO does by
itself). The line is a simplification, as the picture shows.

![Authority](authority.svg)`;
}
function gains(settings, { gains: { authority, kp, ki } }) {
    const { lambda, integral } = settings.gains;
    return `## The gains

The gains are computed, not searched for. With \`alpha = kp e\` an error shrinks by the share b kp a step, which is stable below 2; the
method recommends b kp = lambda of 0.1 to 0.2. The open loop of seed ${seedsOf(settings)[0]} alone gives b = ${authority.toFixed(4)}, so with lambda = ${lambda}

    kp = lambda / b = ${lambda} / ${authority.toFixed(4)} = ${kp}        ki = ${integral} kp = ${ki}

rounded to two digits. The other seeds had no say in them. P only is the same kp with ki = 0.`;
}
function onPolicy(settings, findings) {
    return `## Closed loop, on-policy

Each run has ${settings.onPolicy.steps} steps with one update per rollout. "entropy" and "alpha" are means over the last fifth of a run, and "off target" is the distance
of that entropy from the target. "mean |e|" is over the last half. "overshoot" is how far entropy went past its target at most, as a share of the
target. ± is half a 95 % interval over seeds.

${regimeTable(settings, findings, "on-policy")}

![On-policy](on_policy.svg)

P alone cannot rest on the target: to hold entropy against GRPO's drift it needs an alpha, and \`alpha = kp e\` gives it one only in exchange
for an error e = alpha / kp. The alpha that PI ends up with tells how large that error must be. ${predicted(settings, findings, "on-policy")}

Entropy has its price in reward, and the task sets it: an answer drawn at random from the best ones has ln ${settings.task.good} = ${Math.log(settings.task.good).toFixed(3)} nats per token, so a higher
target must cost reward, while GRPO goes on narrowing down the best answers long after that.`;
}
function offPolicy(settings, findings) {
    return `## Closed loop, off-policy

Each run has ${settings.offPolicy.steps} rollouts and learns from each of them ${settings.offPolicy.updatesPerRollout} times, with the same gains and one controller step per update.

${regimeTable(settings, findings, "off-policy")}

![Off-policy](off_policy.svg)

${predicted(settings, findings, "off-policy")}

![Distance from the target](errors.svg)`;
}
function regimeTable(settings, findings, regime) {
    const headings = ["", "target", "entropy", "off target", "mean |e|", "alpha", "at the limit", "reached after", "overshoot", "reward"];
    const rows = settings.targets.flatMap((target) => ["p", "pi"].map((loop) => controlledRow(findings, regime, loop, target)));
    const plain = runsOf(findings, regime, "none");
    const late = (run) => mean(lastFifth(run.entropy));
    return markdownTable(headings, [["GRPO, no control", "", interval(plain.map(late)), "", "", "", "", "", "", reward(plain)], ...rows]);
}
function controlledRow(findings, regime, loop, target) {
    const all = settlings(findings, regime, loop, target);
    const runs = runsOf(findings, regime, loop, target);
    const steps = all.map(({ reached }) => reached ?? Infinity);
    const latest = Math.max(...steps);
    const unit = regime === "on-policy" ? "steps" : "rollouts";
    return [
        loop === "p" ? "P only" : "PI",
        String(target),
        interval(all.map(({ entropy }) => entropy)),
        signedPercent(mean(all.map(({ offset }) => offset))).replace(/^[+-]0\.0 %$/, "0.0 %"),
        mean(all.map(({ meanError }) => meanError)).toFixed(4),
        signed(mean(all.map(({ alpha }) => alpha)), 3),
        percent(mean(runs.map(({ saturated }) => saturated)), 0),
        Number.isFinite(latest) ? `${Math.min(...steps)} to ${latest} ${unit}` : "not by every seed",
        percent(mean(all.map(({ overshoot }) => overshoot)), 0),
        reward(runs),
    ];
}
/** The error e = alpha / kp that PI's alpha predicts for P, beside the error that P has. */
function predicted(settings, findings, regime) {
    const sentences = settings.targets.map((target) => {
        const alpha = mean(settlings(findings, regime, "pi", target).map((settling) => settling.alpha));
        const error = mean(settlings(findings, regime, "p", target).map(({ entropy }) => entropy - target));
        return `at target ${target} PI needs alpha ${signed(alpha, 3)}, so P should be off by ${signed(alpha / findings.gains.kp, 3)} nats, and is off by ${signed(error, 3)}`;
    });
    return `Here, ${regime}: ${sentences.join("; ")}.`;
}
function reward(runs) {
    return interval(runs.map((run) => mean(lastFifth(run.reward))));
}
