import { stringify } from "yaml";
import { characterTokenizer } from "../data/tokenizer.js";
import { removeOldCheckpoints } from "../io/keep_checkpoints.js";
import { appendMetrics, checkpointDir, createRunFolder } from "../io/run_folder.js";
import { sweepRunFolder } from "../io/sweep.js";
import { writeError } from "../io/write_whole.js";
import { createModel, outlineNew, saveModel } from "../node/load_model.js";
import { openDevice } from "../node/open_device.js";
import { withRunLock } from "../node/run_lock.js";
import { applyOverrides, parseSftConfig } from "../rl/config/index.js";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.js";
import { planWarmStart, warmStart } from "../rl/sft.js";
import { InterruptedError } from "./errors.js";
import { watchInterrupt } from "./interrupt.js";
import { showPlan } from "./memory_table.js";
import { addAdapterOption, addExamples, addSetOption, readConfigFile } from "./options.js";
import { afterSkips } from "./skipped_stop.js";
import { addWatchOptions, checkWatch, createStepWatch, watchSteps } from "./step_watch.js";
import { readTask } from "./task.js";
export function register(command) {
    command
        .argument("<config>", "YAML file with the keys model, task, seed, sft, eval, output, or a shipped one by name: sort_sft")
        .option("--overwrite", "replace a run that output.dir already holds")
        .option("--plan", "only show how much GPU memory the run needs; train nothing and write nothing")
        .action(sft);
    addAdapterOption(command);
    addSetOption(command);
    addWatchOptions(command);
    addExamples(command, [
        ["sft configs/countdown_sft.yaml", "trains a small model on countdown's own solutions until it is right 31 % of the time"],
        ["sft configs/sort_sft.yaml --set seed=1 --set output.dir=runs/sort-1", "warm-starts another policy for sorting, from another seed"],
    ]);
}
async function sft(path, options) {
    const { value, name } = await readConfigFile(path);
    const config = parseSftConfig(applyOverrides(value, options.set), name);
    const task = readTask(config.task);
    const tokenizer = characterTokenizer(task.alphabet);
    checkWatch(options, config.sft.steps, "sft.steps");
    const device = await openDevice({ adapter: options.adapter, timestamps: options.profile !== undefined });
    const wanted = {
        config: { vocab_size: tokenizer.vocabSize, ...config.model },
        tokenizer,
        seed: config.seed,
        generation: { eos_token_id: tokenizer.encode(task.stop)[0] },
    };
    const fit = await planWarmStart({ device, model: outlineNew(device, wanted), task, config });
    if (options.plan)
        return showPlan({ device, fit }, config.memory);
    const model = await createModel(device, wanted);
    const { dir } = config.output;
    await withRunLock(dir, async (lock) => {
        await createRunFolder(dir, stringify(config), { overwrite: options.overwrite ?? false });
        await sweepRunFolder(dir);
        process.stdout.write(`${dir} on ${device.name}, ${model.placed.parameterCount.toLocaleString("en-US")} parameters\n`);
        const watch = await createStepWatch(options, { device, dir });
        await trainUntilStopped(config, { steps: warmStart({ device, model, task, config }), model, watch, lock });
    });
    model.destroy();
    device.destroy();
}
/** Trains to the end, or to the step in which somebody asks for a stop, and saves either way. */
async function trainUntilStopped(config, { steps, model, watch, lock }) {
    const { dir, checkpointEvery } = config.output;
    const started = performance.now();
    const show = (text) => void process.stdout.write(`${text}\n`);
    const interrupt = watchInterrupt(() => show("finishing this step, then saving (Ctrl-C again to stop at once)"));
    let [last, skipped] = [0, 0];
    let saved;
    const save = async () => {
        if (saved === last)
            return;
        await lock.assertHeld();
        await saveWarmStart(config, model, last);
        saved = last;
    };
    const record = async (step) => {
        last = step.step;
        await lock.assertHeld();
        await appendMetrics(dir, metricsOf(step));
    };
    try {
        for await (const step of watchSteps(steps, watch, show)) {
            await record(step);
            if (step.skipped > skipped)
                show(`warning: step ${last} changed nothing, because its numbers are not finite`);
            skipped = step.skipped;
            if (checkpointEvery > 0 && last % checkpointEvery === 0)
                await save();
            if (step.evaluation)
                show(progressLine(step, config.sft.steps, performance.now() - started));
            if (interrupt.requested())
                break;
        }
        await save();
    }
    catch (error) {
        throw await afterSkips(error, "lower sft.learningRate", async (step) => {
            await record(step);
            await save();
            return checkpointDir(dir, last);
        });
    }
    finally {
        interrupt.release();
    }
    show(`checkpoint: ${checkpointDir(dir, last)}`);
    const signal = interrupt.requested();
    if (signal)
        throw new InterruptedError(`stopped after step ${last} of at most ${config.sft.steps}, and saved`, signal);
}
async function saveWarmStart({ output }, model, step) {
    const folder = checkpointDir(output.dir, step);
    await saveModel(folder, model).catch((error) => {
        throw writeError(folder, error);
    });
    await removeOldCheckpoints(output.dir, output);
}
function metricsOf({ step, loss, gradNorm, learningRate, skipped, evaluation }) {
    const evaluated = evaluation ? evaluationMetrics(evaluation) : {};
    return { step, loss, grad_norm: gradNorm, learning_rate: learningRate, skipped_steps: skipped, ...evaluated };
}
function progressLine({ step, loss, evaluation }, steps, elapsed) {
    const { passAt1 = 0, passAtK = 0, k = 0, entropy = 0 } = evaluation ?? {};
    const left = ((elapsed / step) * (steps - step)) / 1000;
    const measured = `pass@1 ${passAt1.toFixed(3)}   pass@${k} ${passAtK.toFixed(3)}   entropy ${entropy.toFixed(3)}`;
    return `step ${step}/${steps}   loss ${loss.toFixed(4)}   ${measured}   at most ${left.toFixed(0)} s left`;
}
