import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import pc from "picocolors";
import { combinedMarkdown, type NamedReport } from "../experiments/framework/combined.ts";
import type { Host } from "../experiments/framework/host.ts";
import { verdictWord } from "../experiments/framework/markdown.ts";
import { createProgress } from "../experiments/framework/progress.ts";
import { runCells } from "../experiments/framework/run_study.ts";
import { type Study, type StudyReport, type Summary, type Verdict, workOf } from "../experiments/framework/study.ts";
import { formatSummary, parseSummary } from "../experiments/framework/summary.ts";
import { studies } from "../experiments/index.ts";
import type { Device } from "../gpu/device.ts";
import { createModel, loadModel, saveModel } from "../node/load_model.ts";
import { openDevice } from "../node/open_device.ts";
import { applyOverrides, nearestWord } from "../rl/config/index.ts";
import { FailedError, InterruptedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addSetOption, integer, readConfigFile, readUserFile } from "./options.ts";
import { writePictures } from "./pictures.ts";

interface ExperimentOptions {
  adapter: string;
  set: string[];
  seeds?: number;
  quick?: boolean;
  out?: string;
  runs?: string;
  config?: string;
  reportOnly?: boolean;
}

export function register(command: Command): void {
  const list = Object.values(studies).map(({ name, description }) => `  ${name}: ${description}`);
  command
    .argument("<studies...>", `one study or several: ${Object.keys(studies).join(", ")}`)
    .option("--seeds <count>", "how many seeds (default: as the study's settings say)", integer({ min: 1 }))
    .option("--quick", "short runs, in a few minutes; judges only what must hold")
    .option(
      "--out <folder>",
      "where report.md, its pictures and summary.json go (default: the folder of the runs; of several, A+B beside it)",
    )
    .option("--runs <folder>", "where the run folders go (default: runs/experiments/STUDY, or STUDY-quick)")
    .option("--config <file>", "the study's settings (default: configs/experiments/STUDY.yaml)")
    .option("--report-only", "write the report again from summary.json, without a GPU")
    .addHelpText("after", `\nStudies:\n${list.join("\n")}\n\nAn interrupted study goes on where it was when it is started again.`)
    .action(experiment);
  addAdapterOption(command);
  addSetOption(command);
  addExamples(command, [
    ["experiment toy-control --quick", "does the controller work on this machine's GPU? exit code 1 if a claim fails"],
    ["experiment toy-control --seeds 5 --out docs/results/toy-control", "the whole study, its report in a folder of its own"],
    ["experiment toy-control --report-only --out docs/results/toy-control", "the same report again, from summary.json alone"],
    ["experiment tau temperature", "two studies, one report with both: runs/experiments/tau+temperature/report.md"],
  ]);
}

async function experiment(names: string[], options: ExperimentOptions): Promise<void> {
  const chosen = [...new Set(names)].map(studyNamed);
  const [only] = chosen;
  const several = chosen.length > 1;
  if (several && options.config) throw new UsageError(`--config ${options.config} is for one study; give one name, or leave it out.`);
  const root = options.out ?? join("runs", "experiments", several ? names.join("+") : runsName(only!, options));
  const written: NamedReport[] = [];
  for (const study of chosen) {
    const out = several ? join(root, study.name) : root;
    const runs = runsFolder(study, options, several);
    written.push({ name: study.name, ...(await reportOf(study, runs, out, options)) });
  }
  if (several) await writeFile(join(root, "report.md"), combinedMarkdown(written));
  const verdicts = written.flatMap((report) => report.verdicts);
  const path = join(root, "report.md");
  process.stdout.write(`\n${verdicts.map(verdictLine).join("\n")}\n\nreport: ${path}\n`);
  const failed = verdicts.filter(({ passed }) => passed === false);
  if (failed.length > 0) throw new FailedError(`${failed.length} of ${verdicts.length} claims did not hold; see ${path}`);
}

function runsName({ name }: Study, { quick }: ExperimentOptions): string {
  return quick ? `${name}-quick` : name;
}

function runsFolder(study: Study, options: ExperimentOptions, several: boolean): string {
  if (options.runs) return several ? join(options.runs, study.name) : options.runs;
  return join("runs", "experiments", runsName(study, options));
}

/** Runs a study, or reads its summary, and writes report.md, pictures and summary.json into `out`. */
async function reportOf(study: Study, runs: string, out: string, options: ExperimentOptions): Promise<StudyReport> {
  const path = join(out, "summary.json");
  const summary = options.reportOnly ? parseSummary(await readUserFile(path), study, path) : await runStudy(study, runs, options);
  const report = await study.report(summary);
  await mkdir(out, { recursive: true });
  if (!options.reportOnly) await writeFile(path, formatSummary(summary));
  await writePictures([...report.pictures], out);
  await writeFile(join(out, "report.md"), report.markdown);
  return report;
}

function studyNamed(name: string): Study {
  const study = Object.hasOwn(studies, name) ? studies[name] : undefined;
  if (study) return study;
  const known = Object.keys(studies);
  const near = nearestWord(name, known);
  throw new UsageError(`There is no study ${name}; ${near ? `did you mean ${near}?` : `there are: ${known.join(", ")}.`}`);
}

async function runStudy(study: Study, dir: string, options: ExperimentOptions): Promise<Summary> {
  const quick = options.quick ?? false;
  const prepared = study.prepare(await settingsOf(study, options), { quick });
  // Before anything runs: the sources may change while it does.
  const started = origin();
  const device = await openDevice({ adapter: options.adapter });
  const interrupt = watchInterrupt();
  const progress = createProgress({
    title: `${study.name}${quick ? " (quick)" : ""} on ${device.name}, ${prepared.cells.length} runs in ${dir}`,
    cells: prepared.cells.length,
    work: prepared.cells.reduce((sum, cell) => sum + workOf(cell), 0),
    stream: process.stdout,
  });
  try {
    const { results, run, skipped, seconds } = await runCells(prepared, { host: hostOf(device), dir, progress, signal: interrupt.signal });
    return {
      study: study.name,
      version: study.version,
      quick,
      provenance: { ...started, adapter: device.name, seconds: Math.round(seconds), cells: { run, skipped } },
      settings: prepared.settings,
      findings: prepared.findings(results),
    };
  } finally {
    interrupt.release();
    progress.done();
    device.destroy();
  }
}

/** The settings file with --seeds and --set over it, in the quick section too: what is typed wins. */
async function settingsOf(study: Study, options: ExperimentOptions): Promise<unknown> {
  const file = `../../configs/experiments/${study.name.replaceAll("-", "_")}.yaml`;
  const { value } = await readConfigFile(options.config ?? fileURLToPath(new URL(file, import.meta.url)));
  const overrides = [...(options.seeds === undefined ? [] : [`seeds=${options.seeds}`]), ...options.set];
  const typed = options.quick
    ? overrides.flatMap((override) => (override.startsWith("quick.") ? [override] : [override, `quick.${override}`]))
    : overrides;
  return applyOverrides(value, typed);
}

function hostOf(device: Device): Host {
  return {
    device,
    createModel: (options) => createModel(device, options),
    loadModel: (dir) => loadModel(device, dir),
    saveModel: (dir, model, files) => saveModel(dir, model, { files }),
  };
}

function origin(): Pick<Summary["provenance"], "command" | "commit" | "date"> {
  const words = process.argv.slice(2).map((word) => (/^[\w./:=,-]+$/.test(word) ? word : `'${word}'`));
  return { command: `entropic ${words.join(" ")}`, commit: commit(), date: new Date().toISOString().slice(0, 10) };
}

/** The commit of the sources, with a + where they have changed since; unknown outside a repository. */
function commit(): string {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "shaders", "models", "configs") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}

function verdictLine(verdict: Verdict): string {
  const word = verdictWord(verdict);
  const paint = verdict.passed === undefined ? pc.dim : verdict.passed ? pc.green : pc.red;
  return `${paint(word.padEnd(10))}  ${verdict.claim}\n            ${pc.dim(verdict.measured)}`;
}

/** Ctrl-C stops the study between two steps; a second one at once. */
function watchInterrupt(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new InterruptedError("stopped; start the same command again to go on with the run that was cut short"));
  };
  process.on("SIGINT", onSignal);
  return { signal: controller.signal, release: () => process.off("SIGINT", onSignal) };
}
