import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { workOf } from "../experiments/framework/cell.js";
import { combinedMarkdown } from "../experiments/framework/combined.js";
import { createProgress } from "../experiments/framework/progress.js";
import { runCells } from "../experiments/framework/run_study.js";
import { settingsFile } from "../experiments/framework/settings.js";
import { formatSummary, fromSummary, parseSummary } from "../experiments/framework/summary.js";
import { verdictWord } from "../experiments/framework/verdict.js";
import { studies } from "../experiments/index.js";
import { writeWhole } from "../io/write_whole.js";
import { createModel, loadModel, saveModel } from "../node/load_model.js";
import { openDevice } from "../node/open_device.js";
import { withRunLock } from "../node/run_lock.js";
import { brief } from "../options/quote.js";
import { applyOverrides, nearestWord } from "../rl/config/index.js";
import { FailedError, InterruptedError, UsageError } from "./errors.js";
import { watchInterrupt } from "./interrupt.js";
import { addAdapterOption, addExamples, addSetOption, PROGRAM, readConfigFile, readUserFile } from "./options.js";
import { writePictures } from "./pictures.js";
export function register(command) {
    const list = Object.values(studies).map(({ name, description }) => `  ${name}: ${description}`);
    command
        .argument("<studies...>", `one study or several: ${Object.keys(studies).join(", ")}`)
        .option("--seeds <seeds>", "a count such as 3, or a list such as 3,5,8; the list of seed 7 alone is '7,' (default: as the settings say)", seedsOption)
        .option("--quick", "train for a few minutes only, and judge only what short runs can tell")
        .option("--runs <folder>", "where everything goes: run folders, report, pictures (default: runs/experiments/STUDY, or STUDY-quick)")
        .option("--out <folder>", "where report, pictures and summary.json go (default: as --runs); --report-only reads summary.json there")
        .option("--config <file>", "the study's settings (default: configs/experiments/STUDY.yaml)")
        .option("--report-only", "write the report again from its summary.json, without a GPU")
        .addHelpText("after", `\nStudies:\n${list.join("\n")}\n\n${NOTES}`)
        .action(experiment);
    addAdapterOption(command);
    addSetOption(command);
    addExamples(command, [
        ["experiment toy-control --quick", "does the controller work on this machine's GPU? exit code 1 if a claim fails"],
        ["experiment toy-control --seeds 5 --out docs/results/toy-control", "the whole study, its report in a folder of its own"],
        ["experiment toy-control --report-only --out docs/results/toy-control", "the same report again, from summary.json alone"],
        ["experiment tau --set 'arms.mine={ entropy: { gate: probability, tau: 0.6 } }' --seeds 3,5", "one more arm, with seeds 3 and 5"],
        ["experiment tau temperature", "two studies, one report with both: runs/experiments/tau+temperature/report.md"],
    ]);
}
const NOTES = `The same command takes up an interrupted study where it stopped. Arms are the training setups that a study compares; its settings may
name others than the shipped ones. A claim about an arm that the settings lack is not judged, and its report says so.`;
/** "3" is a count; a comma makes a list of seeds, "7," a list of one. The study's settings know what is allowed. */
function seedsOption(text) {
    if (/^\d+$/.test(text))
        return text;
    if (/^\d+(,\d+)*,?$/.test(text))
        return `[${text.replace(/,$/, "")}]`;
    throw new InvalidArgumentError("It must be a count such as 3, or a list such as 3,5,8 (the list of seed 7 alone is '7,').");
}
async function experiment(names, options) {
    const chosen = [...new Set(names)].map(studyNamed);
    const [only] = chosen;
    const several = chosen.length > 1;
    if (several && options.config)
        throw new UsageError(`--config ${options.config} is for one study; give one name, or leave it out.`);
    refuseWithoutRuns(options);
    const root = options.out ?? options.runs ?? join("runs", "experiments", several ? names.join("+") : runsName(only, options));
    const written = [];
    for (const study of chosen) {
        const out = several ? join(root, study.name) : root;
        const runs = runsFolder(study, options, several);
        written.push({ name: study.name, ...(await reportOf(study, runs, out, options)) });
    }
    if (several)
        await writeWhole(join(root, "report.md"), combinedMarkdown(written));
    const verdicts = written.flatMap((report) => report.verdicts);
    const path = join(root, "report.md");
    process.stdout.write(`\n${verdicts.map(verdictLine).join("\n")}\n\nreport: ${path}\n`);
    const failed = verdicts.filter(({ passed }) => passed === false);
    if (failed.length > 0)
        throw new FailedError(`${failed.length} of ${verdicts.length} claims did not hold; see ${path}`);
}
/** A report that is written again is of the settings that were run. */
function refuseWithoutRuns({ reportOnly, seeds, set, config }) {
    const given = seeds !== undefined ? "--seeds" : set.length > 0 ? "--set" : config !== undefined ? "--config" : undefined;
    if (reportOnly && given)
        throw new UsageError(`${given} changes nothing with --report-only, which trains nothing; leave one of them out.`);
}
function runsName({ name }, { quick }) {
    return quick ? `${name}-quick` : name;
}
function runsFolder(study, options, several) {
    if (options.runs)
        return several ? join(options.runs, study.name) : options.runs;
    return join("runs", "experiments", runsName(study, options));
}
/** Runs a study, or reads its summary, and writes report.md, pictures and summary.json into `out`. */
async function reportOf(study, runs, out, options) {
    const path = join(out, "summary.json");
    const shipped = await settingsIn(fileURLToPath(settingsFile(study)));
    const summary = options.reportOnly ? parseSummary(await readUserFile(path), study, path) : await runStudy(study, shipped, runs, options);
    const make = () => study.report(summary, shipped);
    const report = await (options.reportOnly ? fromSummary(path, make) : make());
    await mkdir(out, { recursive: true });
    if (!options.reportOnly)
        await writeWhole(path, formatSummary(summary));
    await writePictures([...report.pictures], out);
    await writeWhole(join(out, "report.md"), report.markdown);
    return report;
}
function studyNamed(name) {
    const study = Object.hasOwn(studies, name) ? studies[name] : undefined;
    if (study)
        return study;
    const known = Object.keys(studies);
    const near = nearestWord(name, known);
    throw new UsageError(`There is no study ${brief(name)}; ${near ? `did you mean ${near}?` : `there are: ${known.join(", ")}.`}`);
}
async function runStudy(study, shipped, dir, options) {
    const quick = options.quick ?? false;
    const given = options.config ? await settingsIn(options.config) : shipped;
    const prepared = study.prepare(withTyped(given, options), { quick, shipped });
    // The commit is read before anything runs, because the sources may change meanwhile.
    const started = origin();
    const device = await openDevice({ adapter: options.adapter });
    const stop = new AbortController();
    // The study stops between two steps.
    const interrupt = watchInterrupt((signal) => stop.abort(new InterruptedError("stopped; start the same command again to go on with the run that was cut short", signal)));
    const progress = createProgress({
        title: `${study.name}${quick ? " (quick)" : ""} on ${device.name}, ${prepared.cells.length} runs in ${dir}`,
        cells: prepared.cells.length,
        work: prepared.cells.reduce((sum, cell) => sum + workOf(cell), 0),
        stream: process.stdout,
    });
    try {
        // One lock serves all runs of a study, because they share its warm starts.
        const { results, run, skipped, seconds } = await withRunLock(dir, () => runCells(prepared, { host: hostOf(device), dir, progress, signal: stop.signal }));
        return {
            study: study.name,
            version: study.version,
            quick,
            provenance: { ...started, adapter: device.name, seconds: Math.round(seconds), cells: { run, skipped } },
            settings: prepared.settings,
            findings: prepared.findings(results),
        };
    }
    finally {
        interrupt.release();
        progress.done();
        device.destroy();
    }
}
async function settingsIn(path) {
    return (await readConfigFile(path)).value;
}
/** Settings with --seeds and --set laid over them, and over their section `quick` too, so that what is typed wins. */
function withTyped(settings, { seeds, set, quick }) {
    const overrides = [...(seeds === undefined ? [] : [`seeds=${seeds}`]), ...set];
    const inQuick = overrides.filter((override) => quick && !override.startsWith("quick.")).map((override) => `quick.${override}`);
    return applyOverrides(settings, [...overrides, ...inQuick]);
}
function hostOf(device) {
    return {
        device,
        createModel: (options) => createModel(device, options),
        loadModel: (dir) => loadModel(device, dir),
        saveModel: (dir, model, files) => saveModel(dir, model, { files }),
    };
}
function origin() {
    const words = process.argv.slice(2).map((word) => (/^[\w./:=,-]+$/.test(word) ? word : `'${word}'`));
    return { command: `${PROGRAM} ${words.join(" ")}`, commit: commit(), date: new Date().toISOString().slice(0, 10) };
}
/** The commit of the sources, with a + where they have changed since; unknown outside a repository. */
function commit() {
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const git = (...words) => execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    try {
        const changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "shaders", "models", "configs") !== "";
        return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
    }
    catch {
        return "unknown";
    }
}
function verdictLine(verdict) {
    const word = verdictWord(verdict);
    const paint = verdict.passed === undefined ? pc.dim : verdict.passed ? pc.green : pc.red;
    return `${paint(word.padEnd(10))}  ${verdict.claim}\n            ${pc.dim(verdict.measured)}`;
}
