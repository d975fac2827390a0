import { createController } from "../control/index.js";
import { removeOldCheckpoints } from "../io/keep_checkpoints.js";
import { appendMetrics, appendSamples, checkpointDir, syncLogs } from "../io/run_folder.js";
import { writeError } from "../io/write_whole.js";
import { loadModel, outlineModel, saveModel } from "../node/load_model.js";
import { openDevice } from "../node/open_device.js";
import { createTerminalView } from "../report/terminal.js";
import { checkAgainstModel } from "../rl/config/index.js";
import { taskReward } from "../rl/scoring/rewards.js";
import { createTrainer, planTraining } from "../rl/trainer.js";
import { InterruptedError } from "./errors.js";
import { PROGRAM } from "./options.js";
import { diagnoseRun } from "./run_diagnostics.js";
import { recordFirstEvaluation, withEvaluation } from "./run_evaluations.js";
import { afterSkips } from "./skipped_stop.js";
import { checkWatch, createStepWatch } from "./step_watch.js";
import { readTask } from "./task.js";
/** Opens the device, loads the model and builds the trainer of a configuration. */
export async function openSession(config, options) {
    const wanted = options.watch ?? {};
    checkWatch(wanted, config.grpo.steps, "grpo.steps");
    const { device, fit, subject } = await planSession(config, options);
    const model = await loadModel(device, options.modelDir ?? config.model);
    const resumed = options.modelDir !== undefined && config.grpo.beta > 0;
    const trainer = await createTrainer({
        ...{ device, model, config, ...subject, sequencesAtOnce: fit.sequencesAtOnce },
        ...(resumed ? { reference: await loadModel(device, config.model) } : {}),
    });
    return { device, model, trainer, watch: await createStepWatch(wanted, { device, dir: config.output.dir }) };
}
/** Opens the device and counts the bytes of a run, before a weight is read. @throws MemoryError for what does not fit */
export async function planSession(config, options) {
    const task = readTask(config.task);
    const device = await openDevice({ adapter: options.adapter, timestamps: options.watch?.profile !== undefined });
    const outline = await outlineModel(device, options.modelDir ?? config.model);
    checkAgainstModel(config, outline.module);
    const subject = {
        trainProblems: task.problems("train"),
        evalProblems: task.problems("eval"),
        rewards: [taskReward(task)],
        stop: task.stop,
    };
    return { device, subject, fit: await planTraining({ device, model: outline, config, ...subject }) };
}
/** Steps whose samples are written in full: the first, and every tenth after it. */
const SAMPLE_EVERY = 10;
const SAMPLES_PER_STEP = 8;
/**
 * Trains to the configured step, writing metrics, samples, findings and checkpoints into the run folder.
 * Where it is asked to stop it finishes the step, saves, and throws InterruptedError. A run that has not begun is saved too, for `resume`.
 */
export async function runSession(session, config, { interrupt, lock }) {
    const { trainer, model, device, watch } = session;
    const { dir, checkpointEvery } = config.output;
    const total = config.grpo.steps;
    const view = createTerminalView({
        total,
        title: `${dir} on ${device.name}`,
        stream: process.stdout,
        holdsTarget: createController(config.entropy).holds.length > 0,
    });
    interrupt.onRequest = () => view.note("finishing this step, then saving (Ctrl-C again to stop at once)");
    const diagnose = await diagnoseRun(config, trainer.step);
    let saved = trainer.step === 0 ? undefined : trainer.step;
    const save = async () => {
        if (saved === trainer.step)
            return;
        await lock.assertHeld();
        await saveCheckpoint(config.output, trainer, model);
        saved = trainer.step;
    };
    const note = async (result, metrics) => {
        await lock.assertHeld();
        await record(dir, result, metrics);
        view.step(metrics);
        await diagnose(metrics, view.note);
    };
    try {
        await recordFirstEvaluation(dir, trainer);
        while (trainer.step < total && !interrupt.requested()) {
            const result = await watch.step(trainer.step + 1, () => trainer.train(), view.note);
            const metrics = await withEvaluation(trainer, config, result.metrics);
            await note(result, metrics);
            if (checkpointEvery > 0 && trainer.step % checkpointEvery === 0)
                await save();
        }
        await save();
        await watch.end(view.note);
    }
    catch (error) {
        const remedy = `lower grpo.learningRate: ${PROGRAM} resume ${dir} --set grpo.learningRate=RATE`;
        throw await afterSkips(error, remedy, async (result) => {
            await note(result, result.metrics);
            await save();
            return checkpointDir(dir, trainer.step);
        });
    }
    finally {
        view.done();
    }
    if (trainer.step < total)
        throw stoppedEarly(trainer.step, config, interrupt);
}
function stoppedEarly(step, { output, grpo }, interrupt) {
    const message = `stopped after step ${step} of ${grpo.steps}; continue with: ${PROGRAM} resume ${output.dir}`;
    return new InterruptedError(message, interrupt.requested() ?? "SIGINT");
}
async function record(dir, result, metrics) {
    await appendMetrics(dir, metrics);
    const { step } = metrics;
    if (step !== 1 && step % SAMPLE_EVERY !== 0)
        return;
    const shown = result.entries.slice(0, SAMPLES_PER_STEP);
    await appendSamples(dir, shown.map(({ problem, text, completion }, i) => ({
        step,
        prompt: problem.prompt,
        completion: text,
        reward: result.rewards[i],
        advantage: result.advantages[i],
        finishReason: completion.finishReason,
    })));
}
async function saveCheckpoint(output, trainer, model) {
    const { state, moments } = await trainer.save();
    const { dir } = output;
    const folder = checkpointDir(dir, trainer.step);
    // The logs are on the disk before the checkpoint that goes on from them.
    const logs = await syncLogs(dir);
    await saveModel(folder, model, { moments, state, logs }).catch((error) => {
        throw writeError(folder, error);
    });
    await removeOldCheckpoints(dir, output);
}
