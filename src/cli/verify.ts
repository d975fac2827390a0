import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { isSoftware } from "../gpu/device.ts";
import { writeWhole } from "../io/write_whole.ts";
import { openDevice } from "../node/open_device.ts";
import { brief, quoted } from "../options/quote.ts";
import type { ConformanceGroup, Level } from "../testing/conformance/case.ts";
import { conformanceGroups } from "../testing/conformance/index.ts";
import { type ConformanceResult, runConformance, selectCases } from "../testing/conformance/run.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, addJsonOption } from "./options.ts";
import { fromUser, openNamedDevice, requireWritable } from "./user_input.ts";
import { jsonWriter } from "./verify/json.ts";
import { progressView } from "./verify/progress.ts";
import { verifyReport } from "./verify/report.ts";
import { readStoredCases, writeActual } from "./verify/stored_cases.ts";
import { describeFailure, skippedReasons, summarize, summaryTable } from "./verify/summary.ts";

interface VerifyOptions {
  readonly adapter: string;
  readonly only?: string;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly out?: string;
  readonly report?: string;
  readonly json?: boolean;
}

export function register(command: Command): void {
  command
    .argument("[case...]", "folders of stored cases, or folders that hold several of them: only these are run")
    .option("--only <names>", "groups, or GROUP/PART of a case's name, separated by commas")
    .addOption(new Option("--quick", "a few cases of everything, in seconds").conflicts("full"))
    .option("--full", "everything that there is, in minutes")
    .option("--report <file>", "write a report in markdown, for a bug report on a driver")
    .option("--out <folder>", "write what this adapter computed of the stored cases to FOLDER/CASE/actual.safetensors")
    .action(verify);
  addAdapterOption(command);
  addJsonOption(command);
  addExamples(command, [
    ["verify", "tells whether this machine's GPU can be trusted: in about two minutes of processor time"],
    ["verify --quick", "the same in seconds"],
    ["verify --only ops/gelu,sampling", "the cases of one op, and a group"],
    ["verify --full --report verify.md", "everything, and a report that says all about the driver and each failed case"],
    ["verify my-cases --out results --adapter swiftshader", "runs every stored case below my-cases on one adapter and keeps its numbers"],
  ]);
}

async function verify(folders: string[], options: VerifyOptions): Promise<void> {
  const level: Level = options.full ? "full" : options.quick ? "quick" : "default";
  const { out } = options;
  refuseFolders(folders, options);
  const groups = conformanceGroups(
    await fromUser(() => readStoredCases(folders)),
    out ? (name, actual) => writeActual(join(out, name), actual) : undefined,
  );
  const only = folders.length > 0 ? ["oracle"] : selectionOf(options.only, groups);
  if (options.report !== undefined) await requireWritable("--report", options.report);
  const device = await openNamedDevice({ adapter: options.adapter });
  const { name } = device;
  const view = progressView();
  const json = options.json ? jsonWriter({ adapter: name, level }, (text) => void process.stdout.write(text)) : undefined;
  const result = await runConformance(groups, {
    open: (wish) => openDevice({ adapter: options.adapter, ...wish }),
    level,
    software: isSoftware(device.gpu.adapterInfo),
    only,
    onCase: view.show,
    ...(json && { onOutcome: json.add }),
  }).finally(view.end);
  if (options.report !== undefined) {
    await writeWhole(options.report, verifyReport(result, { device, adapter: options.adapter, level, date: new Date() }));
  }
  device.destroy();
  if (json) json.end(result);
  else process.stdout.write(`${asText(result, name)}\n`);
  const failed = result.outcomes.filter(({ status }) => status === "failed");
  if (failed.length > 0) {
    throw new FailedError(
      `${failed.length} of ${result.outcomes.length} cases failed on ${name}, first ${describeFailure(failed[0]!)}; try another adapter or driver`,
    );
  }
}

/** Refuses --only beside folders, which it cannot choose among, and the name of a group or a case in place of a folder. */
function refuseFolders(folders: readonly string[], { only }: VerifyOptions): void {
  const [first] = folders;
  if (first === undefined) return;
  const unmet = folders.find((folder) => !existsSync(folder));
  const meant = unmet === undefined ? undefined : caseNamed(unmet);
  if (meant !== undefined) throw new UsageError(`there is no folder ${brief(unmet!)}; did you mean --only ${meant}?`);
  if (only === undefined) return;
  throw new UsageError(`--only ${quoted(only)} chooses among all cases, and ${brief(first)} among stored ones; leave one of them out`);
}

/** What --only takes for a word: the name of a group, or GROUP/PART where cases of a group begin with it. */
function caseNamed(word: string): string | undefined {
  const groups = conformanceGroups([]);
  const exists = (name: string): boolean => selectCases(groups, { level: "full", only: [name] }).length > 0;
  if (/[\s,]/.test(word) || word === "") return undefined;
  return exists(word) ? word : groups.map(({ name }) => `${name}/${word}`).find(exists);
}

/** The names of `--only`, each of which must mean a case. */
function selectionOf(names: string | undefined, groups: readonly ConformanceGroup[]): string[] {
  const only = (names ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  for (const name of only) {
    if (selectCases(groups, { level: "full", only: [name] }).length > 0) continue;
    const known = groups.map((group) => group.name).join(", ");
    throw new UsageError(
      `--only names ${JSON.stringify(name.slice(0, 120))}, which is no case; groups are ${known}, and GROUP/PART names cases`,
    );
  }
  return only;
}

function asText({ outcomes, facts }: ConformanceResult, name: string): string {
  const failed = outcomes.filter(({ status }) => status === "failed").map((one) => `FAIL ${describeFailure(one)}`);
  const shown =
    failed.length > SHOWN ? [...failed.slice(0, SHOWN), `... and ${failed.length - SHOWN} more (--report FILE has them all)`] : failed;
  const known = Object.entries(facts).map(([fact, value]) => `${fact}: ${value}`);
  return [
    name,
    summaryTable(summarize(outcomes)),
    ...skippedReasons(outcomes),
    ...(known.length > 0 ? [`this driver: ${known.join("; ")}`] : []),
    ...shown,
  ].join("\n");
}

/** Failed cases that a terminal shows. */
const SHOWN = 20;
