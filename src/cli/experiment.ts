import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import pc from "picocolors";
import { combinedMarkdown, type NamedReport } from "../experiments/framework/combined.ts";
import { settingsFile } from "../experiments/framework/settings.ts";
import type { Study, StudyReport, Summary } from "../experiments/framework/study.ts";
import { formatSummary, fromSummary, parseSummary } from "../experiments/framework/summary.ts";
import { type Verdict, verdictWord } from "../experiments/framework/verdict.ts";
import { studies } from "../experiments/index.ts";
import { writeWhole } from "../io/write_whole.ts";
import { brief } from "../options/quote.ts";
import { applyOverrides, nearestWord } from "../rl/config/index.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addSetOption, integer, readConfigFile, readUserFile } from "./options.ts";
import { writePictures } from "./pictures.ts";
import { runStudy, summarizeSoFar } from "./study_session.ts";

interface ExperimentOptions {
  adapter: string;
  set: string[];
  /** A value of the setting `seeds`, as YAML. */
  seeds?: string;
  quick?: boolean;
  out?: string;
  runs?: string;
  config?: string;
  reportOnly?: boolean;
  partial?: boolean;
  jobs: number;
  only?: string[];
  records?: string;
}

export function register(command: Command): void {
  const list = Object.values(studies).map(({ name, description }) => `  ${name}: ${description}`);
  command
    .argument("<studies...>", `one study or several: ${Object.keys(studies).join(", ")}`)
    .option(
      "--seeds <seeds>",
      "a count such as 3, or a list such as 3,5,8; the list of seed 7 alone is '7,' (default: as the settings say)",
      seedsOption,
    )
    .option("--quick", "train for a few minutes only, and judge only what short runs can tell")
    .option("--runs <folder>", "where everything goes: run folders, report, pictures (default: runs/experiments/STUDY, or STUDY-quick)")
    .option("--out <folder>", "where report, pictures and summary.json go (default: as --runs); --report-only reads summary.json there")
    .option("--config <file>", "the study's settings (default: configs/experiments/STUDY.yaml)")
    .option("--jobs <count>", "run so many trainings at once, each in a process with a share of the cores", integer({ min: 1, max: 64 }), 1)
    .option("--only <parts...>", "run the trainings whose names have one of these parts, such as an arm or seed-3; a/b asks for both")
    .option("--records <file>", "trainings that are complete, here or on another machine: they are not run again, and new ones are added")
    .option("--partial", "train nothing; report on the trainings that are complete so far, and judge nothing that lacks one")
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
    [
      "experiment long --jobs 2 --only codes/grpo seed-0",
      "a part of a long study; the parts may be run in any order and put into one folder",
    ],
    ["experiment long --partial", "what that study says so far, without training"],
    ["experiment long --jobs 2 --records docs/results/long/records.jsonl", "go on with the shipped study from what it has so far"],
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
  const chosen = [...new Set(names)].map(studyNamed);
  const [only] = chosen;
  const several = chosen.length > 1;
  const forOne = options.config !== undefined ? `--config ${options.config}` : options.records && `--records ${options.records}`;
  if (several && forOne) throw new UsageError(`${forOne} is for one study; give one name, or leave it out.`);
  refuseWithoutRuns(options);
  const root = options.out ?? options.runs ?? join("runs", "experiments", several ? names.join("+") : runsName(only!, options));
  const written: NamedReport[] = [];
  for (const study of chosen) {
    const out = several ? join(root, study.name) : root;
    const runs = runsFolder(study, options, several);
    written.push({ name: study.name, ...(await reportOf(study, runs, out, options)) });
  }
  if (several) await writeWhole(join(root, "report.md"), combinedMarkdown(written));
  const verdicts = written.flatMap((report) => report.verdicts);
  const path = join(root, "report.md");
  process.stdout.write(`\n${verdicts.map(verdictLine).join("\n")}\n\nreport: ${path}\n`);
  const failed = verdicts.filter(({ passed }) => passed === false);
  if (failed.length > 0) throw new FailedError(`${failed.length} of ${verdicts.length} claims did not hold; see ${path}`);
}

/** A report that is written again is of the settings that were run. */
function refuseWithoutRuns({ reportOnly, partial, only, records, quick, seeds, set, config }: ExperimentOptions): void {
  const trains = only !== undefined ? "--only" : partial ? "--partial" : records !== undefined ? "--records" : undefined;
  if (quick && records) throw new UsageError("--records keeps whole trainings, and --quick cuts them short; leave one of them out.");
  if (reportOnly && trains) throw new UsageError(`${trains} reads run folders, and --report-only does not; leave one of them out.`);
  if (partial && only) throw new UsageError("--only chooses what to train, and --partial trains nothing; leave one of them out.");
  const given = seeds !== undefined ? "--seeds" : set.length > 0 ? "--set" : config !== undefined ? "--config" : undefined;
  if (reportOnly && given)
    throw new UsageError(`${given} changes nothing with --report-only, which trains nothing; leave one of them out.`);
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
  const shipped = await settingsIn(fileURLToPath(settingsFile(study)));
  const summary = options.reportOnly
    ? parseSummary(await readUserFile(path), study, path)
    : await summaryFrom(study, shipped, runs, options);
  const make = (): Promise<StudyReport> => study.report(summary, shipped);
  const report = await (options.reportOnly ? fromSummary(path, make) : make());
  await mkdir(out, { recursive: true });
  if (!options.reportOnly) await writeWhole(path, formatSummary(summary));
  await writePictures([...report.pictures], out);
  await writeWhole(join(out, "report.md"), report.markdown);
  return report;
}

/** Trains, or takes what has been trained so far. */
async function summaryFrom(study: Study, shipped: unknown, dir: string, options: ExperimentOptions): Promise<Summary> {
  const { adapter, jobs, only, records, quick = false } = options;
  const given = options.config ? await settingsIn(options.config) : shipped;
  const order = { study: study.name, settings: withTyped(given, options), shipped, quick, dir, adapter };
  return options.partial ? summarizeSoFar(study, { order, records }) : runStudy(study, { order, jobs, only, records });
}

function studyNamed(name: string): Study {
  const study = Object.hasOwn(studies, name) ? studies[name] : undefined;
  if (study) return study;
  const known = Object.keys(studies);
  const near = nearestWord(name, known);
  throw new UsageError(`There is no study ${brief(name)}; ${near ? `did you mean ${near}?` : `there are: ${known.join(", ")}.`}`);
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
  const paint = verdict.passed === undefined ? pc.dim : verdict.passed ? pc.green : pc.red;
  return `${paint(word.padEnd(10))}  ${verdict.claim}\n            ${pc.dim(verdict.measured)}`;
}
