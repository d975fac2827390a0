import { createController } from "../control/index.js";
import { createLoss } from "../loss/index.js";
import { assertOnDevice } from "../nn/on_device.js";
import { advantages as advantageFunctions } from "./advantages/index.js";
import { toSamples } from "./learning/micro_batches.js";
import { watchSkips } from "./learning/skipped_steps.js";
import { stepMetrics, tokensOf } from "./learning/step_metrics.js";
import { checkClasses, classifier, measureSampled } from "./learning/token_classes.js";
import { fitTraining } from "./memory/training.js";
import { oneAtATime } from "./one_at_a_time.js";
import { checkSubject } from "./run.js";
import { createTrainerParts } from "./trainer_parts.js";
import { checkSavedTrainer } from "./trainer_state.js";
/** GRPO (Shao et al. 2024, arXiv 2402.03300) with an entropy controller. `train` reads from top to bottom as one step of the method. */
export async function createTrainer(options) {
    const run = toRun(options);
    assertOnDevice(run.device, run.model.module, "the trainer");
    if (run.reference)
        assertOnDevice(run.device, run.reference.module, "the trainer's reference");
    const { sequencesAtOnce = (await fitTraining(run, buildTrainer)).sequencesAtOnce } = run;
    return buildTrainer({ ...run, sequencesAtOnce });
}
/**
 * Counts the bytes that a run needs and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export function planTraining(options) {
    return fitTraining(toRun(options), buildTrainer);
}
function toRun(options) {
    const { entropy, grpo } = options.config;
    const run = { ...options, controller: options.controller ?? createController(entropy), loss: options.loss ?? createLoss(grpo) };
    checkSubject(run);
    return run;
}
async function buildTrainer(run) {
    const { grpo } = run.config;
    assertOnDevice(run.device, run.model.module, "the trainer");
    if (run.reference)
        assertOnDevice(run.device, run.reference.module, "the trainer's reference");
    const classify = classifier(run.controller, run.classOf);
    checkClasses(classify, run.trainProblems);
    const parts = await createTrainerParts(run);
    const { sampling, evaluation, scoring, learning } = parts;
    const turns = oneAtATime(run.device, "the trainer");
    const watchStep = watchSkips(grpo.stopAfterSkipped, `grpo.stopAfterSkipped ${grpo.stopAfterSkipped}`);
    let [step, tokens] = [0, 0];
    const train = async () => {
        const started = performance.now();
        const rollout = await sampling.sample(step);
        const { entries, scores } = rollout.trained;
        const advantages = advantagesOf(scores, run.config);
        const classes = classify && entries.map(classify);
        const { samples, gap } = await scoring.scoreAgain(toSamples(entries, advantages, { classes, maskTruncated: grpo.maskTruncated }));
        const learned = await learning.learn(samples, measureSampled(entries, samples, run.controller), step);
        step += 1;
        tokens += tokensOf(entries);
        const metrics = stepMetrics(run, { step, tokens, rollout, samples, gap, learned, milliseconds: performance.now() - started });
        const result = { metrics, entries, rewards: scores.rewards, advantages };
        const { updates } = learned;
        const wasSkipped = updates.length > 0 && updates.every((update) => update.wasSkipped);
        await watchStep({ step, wasSkipped, explain: learning.explainSkipped, result });
        return result;
    };
    return {
        get step() {
            return step;
        },
        train: () => turns.run("step()", train),
        evaluate: () => turns.run("evaluate()", () => evaluation.evaluate(step)),
        save: () => turns.run("save()", async () => {
            const { moments, ...state } = await learning.save();
            return { state: { step, tokens, ...state }, moments };
        }),
        load: ({ state, moments }) => turns.runNow("load()", () => {
            checkSavedTrainer({ state, moments }, run.model.module);
            learning.load({ ...state, moments });
            ({ step, tokens } = state);
        }),
        describe: () => learning.describe(),
        destroy: () => turns.end("destroy()", parts.destroy),
    };
}
function advantagesOf({ rewards, parts }, { grpo }) {
    const options = { groupSize: grpo.completions, k: grpo.advantageK, lambda: grpo.advantageLambda };
    return advantageFunctions[grpo.advantage]({ rewards, parts, ...options });
}
