import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { combinedMarkdown, type NamedReport } from "../experiments/framework/combined.ts";
import { settingsFile } from "../experiments/framework/settings.ts";
import type { Study, StudyReport, Summary } from "../experiments/framework/study.ts";
import { formatSummary, fromSummary, parseSummary } from "../experiments/framework/summary.ts";
import { type Verdict, verdictWord } from "../experiments/framework/verdict.ts";
import { studies } from "../experiments/index.ts";
import { isFile } from "../io/files.ts";
import { writeWhole } from "../io/write_whole.ts";
import { brief } from "../options/quote.ts";
import { colors } from "../report/colors.ts";
import { applyOverrides } from "../rl/config/index.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addSetOption, integer, readConfigFile, readUserFile } from "./options.ts";
import { writePictures } from "./pictures.ts";
import { type ExperimentOptions, namedStudies, refuseContradictions } from "./study_options.ts";
import { placesOf, type StudyPlace } from "./study_places.ts";
import { planStudy } from "./study_plan.ts";
import { runStudy, summarizeSoFar } from "./study_session.ts";

export function register(command: Command): void {
  const list = Object.values(studies).map(({ name, description }) => `  ${name}: ${description}`);
  command
    // The action itself misses a study, because it can say where the name went.
    .usage("[options] <studies...>")
    .argument("[studies...]", `one study or several: ${Object.keys(studies).join(", ")}`)
    .option(
      "--seeds <seeds>",
      "a count such as 3, or a list such as 3,5,8; the list of seed 7 alone is '7,' (default: as the settings say)",
      seedsOption,
    )
    .option("--quick", "train for a few minutes only, and judge only what short runs can tell")
    .option("--runs <folder>", "where everything goes: run folders, report, pictures (default: runs/experiments/STUDY, or STUDY-quick)")
    .option("--out <folder>", "where report, pictures and summary.json go (default: as --runs); --report-only reads summary.json there")
    .option("--overwrite", "replace runs with other settings that are complete or have a checkpoint (default: they are refused)")
    .option("--config <file>", "the study's settings (default: configs/experiments/STUDY.yaml)")
    .option("--jobs <count>", "run so many trainings at once, each in a process with a share of the cores", integer({ min: 1, max: 64 }), 1)
    .option(
      "--only <parts...>",
      "run the trainings whose names have one of these parts, such as an arm or seed-3; a/b asks for both; after the studies",
    )
    .option(
      "--records <file>",
      "trainings that are complete, here or on another machine: they are not run again, and each new one is added",
    )
    .option("--partial", "train nothing; report on the trainings that are complete so far, and judge nothing that lacks one")
    .option("--report-only", "write the report again from its summary.json, without a GPU")
    .addHelpText("after", `\nStudies:\n${list.join("\n")}\n\n${NOTES}`)
    .action((names: string[], options: Omit<ExperimentOptions, "typedAdapter">) => {
      const isTyped = command.getOptionValueSource("adapter") === "cli";
      return experiment(names, { ...options, typedAdapter: isTyped ? options.adapter : undefined });
    });
  addAdapterOption(command);
  addSetOption(command);
  addExamples(command, [
    ["experiment toy-control --quick", "does the controller work on this machine's GPU? exit code 1 if a claim fails"],
    ["experiment toy-control --seeds 5 --out docs/results/toy-control", "the whole study, its report in a folder of its own"],
    ["experiment toy-control --report-only --out docs/results/toy-control", "the same report again, from summary.json alone"],
    ["experiment tau --set 'arms.mine={ entropy: { gate: probability, tau: 0.6 } }' --seeds 3,5", "one more arm, with seeds 3 and 5"],
    [
      "experiment long --jobs 2 --only codes/grpo seed-0",
      "a part of a long study; the parts may be run in any order and put into one folder",
    ],
    ["experiment long --partial", "what that study says so far, without training"],
    ["experiment long --jobs 2 --records long.jsonl", "keep what is complete in one small file, from which the study goes on anywhere"],
    ["experiment tau temperature", "two studies, one report with both: runs/experiments/tau+temperature/report.md"],
  ]);
}

const NOTES = `The same command takes up an interrupted study where it stopped. Arms are the training setups that a study compares; its settings may
name others than the shipped ones. A claim about an arm that the settings lack is not judged, and its report says so.`;

/** "3" is a count; a comma makes a list of seeds, "7," a list of one. The study's settings know what is allowed. */
function seedsOption(text: string): string {
  if (/^\d+$/.test(text)) return text;
  if (/^\d+(,\d+)*,?$/.test(text)) return `[${text.replace(/,$/, "")}]`;
  throw new InvalidArgumentError("It must be a count such as 3, or a list such as 3,5,8 (the list of seed 7 alone is '7,').");
}

async function experiment(names: string[], options: ExperimentOptions): Promise<void> {
  const named = namedStudies(names, options);
  refuseContradictions(named, options);
  const { root, places } = placesOf(named, options);
  const planned: PlannedReport[] = [];
  // A mistake in any study shows before the first runs.
  for (const place of places) planned.push(await planReport(place, options));
  const written: NamedReport[] = [];
  for (const report of planned) written.push({ name: report.study.name, ...(await writeReport(report)) });
  if (places.length > 1) await writeWhole(join(root, "report.md"), combinedMarkdown(written));
  const verdicts = written.flatMap((report) => report.verdicts);
  const path = join(root, "report.md");
  process.stdout.write(`\n${verdicts.map(verdictLine).join("\n")}\n\nreport: ${path}\n`);
  const failed = verdicts.filter(({ passed }) => passed === false);
  if (failed.length > 0) throw new FailedError(`${failed.length} of ${verdicts.length} claims did not hold; see ${path}`);
}

/** A report that can be made. */
interface PlannedReport {
  readonly study: Study;
  readonly shipped: unknown;
  /** Where report.md, pictures and summary.json go. */
  readonly out: string;
  /** The summary.json that is read; undefined where it is written. */
  readonly from: string | undefined;
  /** Trains first, where the report is of runs to come. */
  readonly summary: () => Promise<Summary>;
}

async function planReport({ study, runs, out }: StudyPlace, options: ExperimentOptions): Promise<PlannedReport> {
  const shipped = await settingsIn(fileURLToPath(settingsFile(study)));
  const from = options.reportOnly ? join(out, "summary.json") : undefined;
  if (from !== undefined) {
    const read = await readSummary(from, study);
    return { study, shipped, out, from, summary: async () => read };
  }
  const { adapter, typedAdapter: wanted, jobs, only, records, quick = false, overwrite = false } = options;
  const given = options.config ? await settingsIn(options.config) : shipped;
  const order = { study: study.name, settings: withTyped(given, options), shipped, quick, dir: runs, adapter, overwrite };
  if (options.partial) {
    const soFar = await summarizeSoFar(study, { order, wanted, records });
    return { study, shipped, out, from, summary: async () => soFar };
  }
  const plan = await planStudy(study, { order, jobs, only, records });
  return { study, shipped, out, from, summary: () => runStudy(plan) };
}

async function readSummary(path: string, study: Study): Promise<Summary> {
  const remedy = "run the study first, or give the folder of its report with --out";
  if (!(await isFile(path))) throw new UsageError(`There is no file ${brief(path)}; ${remedy}`);
  return parseSummary(await readUserFile(path), study, path);
}

/** Runs a study, unless its summary is there, and writes report.md, pictures and summary.json. */
async function writeReport({ study, shipped, out, from, summary: take }: PlannedReport): Promise<StudyReport> {
  const summary = await take();
  const make = (): Promise<StudyReport> => study.report(summary, shipped);
  const report = await (from === undefined ? make() : fromSummary(from, make));
  await mkdir(out, { recursive: true });
  if (from === undefined) await writeWhole(join(out, "summary.json"), formatSummary(summary));
  await writePictures([...report.pictures], out);
  await writeWhole(join(out, "report.md"), report.markdown);
  return report;
}

async function settingsIn(path: string): Promise<unknown> {
  return (await readConfigFile(path)).value;
}

/** Settings with --seeds and --set laid over them, and over their section `quick` too, so that what is typed wins. */
function withTyped(settings: unknown, { seeds, set, quick }: ExperimentOptions): unknown {
  const overrides = [...(seeds === undefined ? [] : [`seeds=${seeds}`]), ...set];
  const inQuick = overrides.filter((override) => quick && !override.startsWith("quick.")).map((override) => `quick.${override}`);
  return applyOverrides(settings, [...overrides, ...inQuick]);
}

function verdictLine(verdict: Verdict): string {
  const word = verdictWord(verdict);
  const paint = verdict.passed === undefined ? colors.dim : verdict.passed ? colors.green : colors.red;
  return `${paint(word.padEnd(10))}  ${verdict.claim}\n            ${colors.dim(verdict.measured)}`;
}
