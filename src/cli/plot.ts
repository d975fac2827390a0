import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { rememberPictures } from "../io/remove_run.ts";
import { writeWhole } from "../io/write_whole.ts";
import { metricsCsv } from "../report/csv.ts";
import { type Picture, plotRuns } from "../report/plots.ts";
import { svgToPng } from "../report/png.ts";
import { loadRun } from "../report/run.ts";
import { metricNames } from "../report/run_metrics.ts";
import { nearestWord } from "../rl/config/index.ts";
import { UsageError } from "./errors.ts";
import { addExamples, addJsonOption } from "./options.ts";
import { writePictures } from "./pictures.ts";
import { fromUser, requireWritable } from "./user_input.ts";

interface PlotOptions {
  metrics?: string[];
  csv?: string;
  out?: string;
  png?: boolean;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .argument("<run...>", "run folders (each holds a metrics.jsonl)")
    .option("--out <folder>", "where the pictures go (default: RUN/plots, or comparison/ beside the first of several runs)")
    .option("--metrics <names>", "draw these metrics, separated by commas, such as grad_norm,eval/pass@1", namesOption)
    .option("--csv <file>", "also write the metrics as a table: a line for each step of each run")
    .option("--png", "write PNG pictures as well")
    .action(plot);
  addJsonOption(command);
  addExamples(command, [
    ["plot runs/quickstart", "writes runs/quickstart/plots/overview.svg, and reward, entropy, alpha, evaluations each"],
    ["plot runs/grpo runs/entropic --out docs --png", "draws both runs in the same pictures, as SVG and PNG"],
    ["plot runs/quickstart --metrics grad_norm,loss --csv metrics.csv", "draws two other metrics, and writes them for a spreadsheet"],
  ]);
}

async function plot(folders: string[], options: PlotOptions): Promise<void> {
  if (options.csv !== undefined) await requireWritable("--csv", options.csv);
  const runs = await fromUser(() => Promise.all(folders.map((folder) => loadRun(folder))));
  const repeated = runs.find((run, index) => runs.findIndex((other) => resolve(other.folder) === resolve(run.folder)) !== index);
  if (repeated) throw new UsageError(`${repeated.folder} is named twice; name each run once.`);
  if (options.metrics) refuseUnknown(options.metrics, metricNames(runs));
  const first = folders[0]!;
  const out = options.out ?? (folders.length === 1 ? join(first, "plots") : join(dirname(first), "comparison"));
  const pictures = await plotRuns(runs, options.metrics ? { metrics: options.metrics } : {});
  const written = await writePictures(pictures, out);
  if (options.png) written.push(...(await Promise.all(pictures.map((picture) => writePng(picture, out)))));
  // Pictures in the run's own folder are the run's, so that a later run may replace them.
  if (out === join(first, "plots")) {
    await rememberPictures(
      out,
      written.map((path) => basename(path)),
    );
  }
  if (options.csv) written.push(await writeCsv(options.csv, metricsCsv(runs, options.metrics)));
  process.stdout.write(options.json ? `${JSON.stringify({ files: written })}\n` : `${written.join("\n")}\n`);
}

async function writePng({ name, svg }: Picture, folder: string): Promise<string> {
  const path = join(folder, `${name}.png`);
  await writeWhole(path, await svgToPng(svg));
  return path;
}

function namesOption(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

function refuseUnknown(wanted: readonly string[], known: readonly string[]): void {
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const near = nearestWord(stranger, known);
  const remedy = near ? `did you mean ${near}?` : `their metrics.jsonl lists what there is, such as ${known.slice(0, 6).join(", ")}.`;
  throw new UsageError(`None of the runs has the metric "${stranger.slice(0, 120)}"; ${remedy}`);
}

async function writeCsv(path: string, text: string): Promise<string> {
  await writeWhole(path, text);
  return path;
}
