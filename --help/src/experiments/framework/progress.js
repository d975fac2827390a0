import { createLogUpdate } from "log-update";
import colors from "picocolors";
import { sparkline } from "../../report/sparkline.js";
import { duration } from "../../report/terminal.js";
/** One line per finished cell; on a terminal also a live view of the one that runs. */
export function createProgress(options) {
    const { title, stream, now = () => performance.now() } = options;
    const live = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : undefined;
    const tally = { started: 0, workDone: 0, workRun: 0, busy: 0 };
    let running;
    stream.write(`${live ? colors.bold(title) : title}\n`);
    const place = () => `[${String(tally.started).padStart(String(options.cells).length)}/${options.cells}]`;
    const left = () => timeLeft(options.work, tally, running, now());
    const line = (text) => {
        live?.clear();
        stream.write(`${text}\n`);
    };
    const draw = () => {
        if (running)
            live?.(liveText(running, share(options.work, tally, running), `${place()}  ${left()}`));
    };
    return {
        begin: (name, steps, work) => {
            tally.started += 1;
            running = { name, steps, work, started: now(), trained: now(), entropies: [], step: 0, warm: "" };
            draw();
        },
        warmUp: (step, steps) => {
            if (running)
                running.warm = `warm start, step ${step}/${steps}`;
            draw();
        },
        step: (metrics) => {
            if (running)
                advance(running, metrics, now());
            draw();
        },
        end: () => {
            if (!running)
                return;
            settle(tally, running, now());
            const ended = endText(running, now());
            running = undefined;
            line(`${place()} ${ended}  ${left()}`.trimEnd());
        },
        skip: (name, work) => {
            tally.started += 1;
            tally.workDone += work;
            line(`${place()} ${name}  complete already`);
        },
        note: (text) => {
            line(text);
            draw();
        },
        done: () => live?.done(),
    };
}
function advance(running, { step, entropy, "eval/entropy": evaluated }, now) {
    if (step === 0)
        running.trained = now;
    running.step = step;
    running.warm = "";
    const value = entropy ?? evaluated;
    if (value !== undefined)
        running.entropies.push(value);
}
function settle(tally, { work, trained }, now) {
    tally.workDone += work;
    tally.workRun += work;
    tally.busy += now - trained;
}
function workOfSteps({ work, step, steps }) {
    return (work * step) / Math.max(1, steps);
}
/** The share of all work that is done. */
function share(work, { workDone }, running) {
    return Math.min(1, (workDone + workOfSteps(running)) / work);
}
/** The time left in words. It is empty until there is a rate to estimate it from. */
function timeLeft(work, { workDone, workRun, busy }, running, now) {
    const current = running ? workOfSteps(running) : 0;
    const rate = (workRun + current) / (busy + (running ? now - running.trained : 0));
    return rate > 0 ? `${duration((work - workDone - current) / rate / 1000)} left` : "";
}
function liveText({ name, step, steps, warm, entropies }, share, place) {
    const filled = Math.round(30 * share);
    const bar = colors.green("█".repeat(filled)) + colors.dim("░".repeat(30 - filled));
    const entropy = entropies.length > 0 ? `entropy ${entropies.at(-1).toFixed(3)}` : "";
    const state = warm || `step ${step}/${steps}`;
    return `\n${bar}  ${place}\n${name}  ${state}  ${entropy}  ${colors.cyan(sparkline(entropies, 30))}\n`;
}
function endText({ name, steps, started, entropies }, now) {
    const entropy = `entropy ${entropies[0]?.toFixed(3)} -> ${entropies.at(-1)?.toFixed(3)}`;
    return `${name}  ${steps} steps  ${entropy}  ${((now - started) / 1000).toFixed(1)} s`;
}
