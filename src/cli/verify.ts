import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import pc from "picocolors";
import { buildModel } from "../../models/index.ts";
import type { Device } from "../gpu/device.ts";
import { readSafetensors, writeSafetensors } from "../io/safetensors.ts";
import { openDevice } from "../node/open_device.ts";
import { formatTable } from "../report/table.ts";
import {
  type CaseAdamW,
  type CaseOptions,
  type CaseQuantity,
  type CaseResults,
  compareCase,
  runCase,
  TOLERANCES,
} from "../testing/verify_case.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addJsonOption } from "./options.ts";

interface VerifyOptions {
  adapter: string;
  out?: string;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .argument("[case...]", "folders of stored cases, or folders that hold several of them (default: the built-in set)")
    .option("--out <folder>", "write what this adapter computed to FOLDER/CASE/actual.safetensors")
    .action(verify);
  addAdapterOption(command);
  addJsonOption(command);
  addExamples(command, [
    ["verify", "compares this machine's GPU with the double-precision results of the built-in cases"],
    ["verify my-cases --out results --adapter swiftshader", "runs every case below my-cases on one adapter and keeps its numbers"],
  ]);
}

const BUILT_IN = fileURLToPath(new URL("../testing/cases", import.meta.url));

interface CaseReport {
  readonly name: string;
  readonly passed: boolean;
  readonly errors: Readonly<Record<string, { error: number; tensor: string; tolerance: number }>>;
}

async function verify(folders: string[], options: VerifyOptions): Promise<void> {
  const cases = (folders.length > 0 ? folders : [BUILT_IN]).flatMap(casesBelow);
  const device = await openDevice({ adapter: options.adapter });
  const reports: CaseReport[] = [];
  for (const folder of cases) reports.push(await verifyCase(device, folder, options.out));
  const failed = reports.filter((report) => !report.passed);
  if (options.json)
    process.stdout.write(`${JSON.stringify({ adapter: device.name, passed: failed.length === 0, cases: reports }, null, 2)}\n`);
  else process.stdout.write(`${device.name}\n${table(reports)}\n`);
  device.destroy();
  if (failed.length > 0) throw new FailedError(failureLine(failed, device));
}

function failureLine(failed: readonly CaseReport[], device: Device): string {
  const first = failed[0]!;
  const [quantity, worst] = Object.entries(first.errors).find(([, { error, tolerance }]) => !(error <= tolerance))!;
  return `${failed.length} case(s) past tolerance on ${device.name}: ${first.name} ${quantity} ${worst.tensor} is off by ${worst.error.toExponential(1)} (allowed ${worst.tolerance}); try another adapter or driver`;
}

/** A case folder itself, or the cases directly below a folder. */
function casesBelow(folder: string): string[] {
  if (!existsSync(folder)) throw new UsageError(`there is no folder ${folder}; give the folder of a stored case`);
  if (existsSync(join(folder, "case.json"))) return [folder];
  const below = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, "case.json")));
  if (below.length === 0) throw new UsageError(`${folder} holds no case: a case has config.json, case.json and three .safetensors files`);
  return below;
}

async function verifyCase(device: Device, folder: string, out: string | undefined): Promise<CaseReport> {
  const json = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folder, name), "utf8")) as Record<string, unknown>;
  const read = (name: string): ReturnType<typeof readSafetensors> => readSafetensors(join(folder, `${name}.safetensors`));
  const [config, settings, model, inputs] = await Promise.all([json("config.json"), json("case.json"), read("model"), read("inputs")]);
  const name = basename(folder);
  const oracle = { name, model, inputs, options: settings.options as CaseOptions, adamw: settings.adamw as CaseAdamW };
  const actual = await runCase(device, buildModel(config), oracle);
  if (out !== undefined) await writeActual(join(out, name), actual);
  const expected = existsSync(join(folder, "expected.safetensors")) ? await read("expected") : undefined;
  if (!expected) return { name, passed: out !== undefined, errors: {} };
  const errors = Object.fromEntries(
    [...compareCase(actual, expected)].map(([quantity, worst]) => [quantity, { ...worst, tolerance: TOLERANCES[quantity] }]),
  );
  return { name, passed: Object.values(errors).every(({ error, tolerance }) => error <= tolerance), errors };
}

async function writeActual(folder: string, actual: CaseResults): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeSafetensors(
    join(folder, "actual.safetensors"),
    new Map([...actual].map(([name, array]) => [name, { dtype: "F32", ...array }])),
  );
}

function table(reports: readonly CaseReport[]): string {
  const quantities = Object.keys(TOLERANCES) as CaseQuantity[];
  const cell = (report: CaseReport, quantity: CaseQuantity): string => {
    const worst = report.errors[quantity];
    if (!worst) return "-";
    const text = worst.error.toExponential(1);
    return worst.error <= worst.tolerance ? text : pc.red(`${text} !`);
  };
  return formatTable(
    [{ heading: "case" }, ...quantities.map((heading) => ({ heading, align: "right" as const })), { heading: "" }],
    reports.map((report) => [
      report.name,
      ...quantities.map((quantity) => cell(report, quantity)),
      report.passed ? pc.green("pass") : pc.red("FAIL"),
    ]),
  );
}
