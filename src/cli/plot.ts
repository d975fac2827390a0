import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { rememberPictures } from "../io/remove_run.ts";
import { writeWhole } from "../io/write_whole.ts";
import { type Picture, plotRuns } from "../report/plots.ts";
import { svgToPng } from "../report/png.ts";
import { loadRun } from "../report/run.ts";
import { UsageError } from "./errors.ts";
import { addExamples, addJsonOption } from "./options.ts";
import { writePictures } from "./pictures.ts";

interface PlotOptions {
  out?: string;
  png?: boolean;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .argument("<run...>", "run folders (each holds a metrics.jsonl)")
    .option("--out <folder>", "where the pictures go (default: RUN/plots, or comparison/ beside the first of several runs)")
    .option("--png", "write PNG pictures as well")
    .action(plot);
  addJsonOption(command);
  addExamples(command, [
    ["plot runs/quickstart", "writes runs/quickstart/plots/{overview,reward,entropy,alpha,gated_fraction}.svg"],
    ["plot runs/grpo runs/entropic --out docs --png", "draws both runs in the same pictures, as SVG and PNG"],
  ]);
}

async function plot(folders: string[], options: PlotOptions): Promise<void> {
  const runs = await Promise.all(folders.map((folder) => loadRun(folder)));
  const repeated = runs.find((run, index) => runs.findIndex((other) => resolve(other.folder) === resolve(run.folder)) !== index);
  if (repeated) throw new UsageError(`${repeated.folder} is named twice; name each run once.`);
  const first = folders[0]!;
  const out = options.out ?? (folders.length === 1 ? join(first, "plots") : join(dirname(first), "comparison"));
  const pictures = await plotRuns(runs);
  const written = await writePictures(pictures, out);
  if (options.png) written.push(...(await Promise.all(pictures.map((picture) => writePng(picture, out)))));
  // Pictures in the run's own folder are the run's, so that a later run may replace them.
  if (out === join(first, "plots")) {
    await rememberPictures(
      out,
      written.map((path) => basename(path)),
    );
  }
  process.stdout.write(options.json ? `${JSON.stringify({ files: written })}\n` : `${written.join("\n")}\n`);
}

async function writePng({ name, svg }: Picture, folder: string): Promise<string> {
  const path = join(folder, `${name}.png`);
  await writeWhole(path, await svgToPng(svg));
  return path;
}
