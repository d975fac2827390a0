import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import pc from "picocolors";
import { createController } from "../control/index.js";
import { rememberPictures } from "../io/remove_run.js";
import { readEvaluationFile, writeEvaluationFile } from "../io/run_folder.js";
import { plotRuns } from "../report/plots.js";
import { loadRun } from "../report/run.js";
import { withoutEffect } from "../rl/config/index.js";
import { evaluationTable, summarize } from "./evaluation_table.js";
import { watchInterrupt } from "./interrupt.js";
import { writePictures } from "./pictures.js";
import { describeChanges } from "./run_config.js";
import { findingsSummary } from "./run_diagnostics.js";
import { evaluationNow } from "./run_evaluations.js";
const BASELINE = fileURLToPath(new URL("../../models/checkpoints/countdown-base/grpo_baseline.json", import.meta.url));
/** Evaluates, runs, evaluates again, and prints a table of what changed and where to look. A resumed run was evaluated before it began. */
export async function evaluateBeforeAndAfter(session, config, options) {
    const { device, trainer } = session;
    const started = performance.now();
    const changed = describeChanges(options.changes ?? []);
    const interrupt = watchInterrupt(() => void process.stdout.write("finishing this evaluation, then saving (Ctrl-C again to stop at once)\n"));
    let before;
    try {
        announce(session, config);
        process.stdout.write(changed);
        before = trainer.step === 0 ? summarize(await evaluationNow(trainer)) : await earlierEvaluation(config);
        await writeEvaluation(session, config, { before, after: undefined, changes: options.changes });
        await options.run(interrupt);
    }
    finally {
        interrupt.release();
    }
    const after = summarize(await evaluationNow(trainer));
    await writeEvaluation(session, config, { before, after, changes: options.changes });
    await showTable(config, before, after);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const targets = heldTargets(createController(config.entropy));
    process.stdout.write(`${changed}${targets}run folder: ${config.output.dir}   time: ${seconds} s\n`);
    if (options.plots)
        await drawPlots(config.output.dir);
    trainer.destroy();
    device.destroy();
}
async function showTable(config, before, after) {
    const k = config.eval.completions;
    const { label } = createController(config.entropy);
    const { steps } = config.grpo;
    const rows = [
        ...(before ? [["before", before]] : []),
        [`after ${steps} ${steps === 1 ? "step" : "steps"} of ${label}`, after],
    ];
    const baseline = await readBaseline(config, k);
    if (baseline?.after)
        rows.push([`plain GRPO, ${baseline.steps} steps (shipped, ${baseline.adapter})`, baseline.after]);
    process.stdout.write(`\n${evaluationTable(k, rows)}\n\n`);
    process.stdout.write(await findingsSummary(config.output.dir));
}
async function drawPlots(dir) {
    const folder = join(dir, "plots");
    const files = await writePictures(await plotRuns([await loadRun(dir)]), folder);
    await rememberPictures(folder, files.map((file) => basename(file)));
    process.stdout.write(`plots: ${folder}\n`);
}
/** The evaluation before the first step, which evaluation.json keeps; undefined where it has none, or one of other completions. */
async function earlierEvaluation({ output, eval: { completions } }) {
    try {
        const { before, k } = JSON.parse((await readEvaluationFile(output.dir)) ?? "{}");
        const numbers = [before?.passAt1, before?.passAtK, before?.entropy];
        return k === completions && numbers.every((one) => typeof one === "number") ? before : undefined;
    }
    catch {
        return undefined;
    }
}
function announce({ device, model }, config) {
    const size = model.placed.parameterCount.toLocaleString("en-US");
    process.stdout.write(`adapter: ${device.name}${device.software ? " (software)" : ""}   model: ${size} parameters\n`);
    for (const line of withoutEffect(config))
        process.stdout.write(pc.dim(`${line}\n`));
    if (device.software) {
        const faster = /swiftshader/i.test(device.name) ? "a GPU, or Mesa's lavapipe (mesa-vulkan-drivers 24 or newer)," : "a GPU";
        process.stdout.write(pc.dim(`this adapter runs on the CPU; ${faster} would be faster (the command devices lists what this machine has)\n`));
    }
}
/** The entropies that the controller holds: "entropy target: 0.35 nats", or one for each class of tokens. */
function heldTargets({ holds }) {
    const [only] = holds;
    if (!only)
        return "";
    if (holds.length === 1)
        return `entropy target: ${only.words}   `;
    return `entropy targets: ${holds.map(({ className, words }) => `${className} ${words}`).join(", ")}   `;
}
async function readBaseline(config, k) {
    try {
        const baseline = JSON.parse(await readFile(BASELINE, "utf8"));
        const same = baseline.model === config.model && isDeepStrictEqual(baseline.task, config.task) && baseline.k === k;
        return same && createController(config.entropy).holds.length > 0 ? baseline : undefined;
    }
    catch {
        return undefined;
    }
}
async function writeEvaluation(session, config, found) {
    const { before, after, changes = [] } = found;
    const file = {
        model: config.model,
        task: config.task,
        controller: config.entropy.controller,
        steps: config.grpo.steps,
        adapter: session.device.name,
        date: new Date().toISOString().slice(0, 10),
        k: config.eval.completions,
        before,
        after,
        ...(changes.length > 0 && { changes }),
    };
    await writeEvaluationFile(config.output.dir, file);
}
