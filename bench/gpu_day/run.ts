/** Measures this engine on a GPU: everything that a stranger needs to judge it, in one command. Usage: --help. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { writeArchive } from "./archive.ts";
import { keepChoices, restoreChoices } from "./choices.ts";
import { writeReport } from "./report.ts";
import { runStages } from "./run_stages.ts";
import { type Stage, stagesOf } from "./stages.ts";

/** Machines that are lent often end a command after ten minutes; unpacking and the adapter take some of it. */
const DEFAULT_MINUTES = 8.5;

const USAGE = `usage: npm run -s gpu-day -- [options]
  --adapter NAME   hardware (default), or as ENTROPIC_ADAPTER: auto, software, embedded, or a part of a name
  --minutes N      begin no stage that would not end within N minutes (default ${DEFAULT_MINUTES}); call again for the rest
  --only A,B       these stages; --list names them
  --again          measure stages again that are done
  --python FILE    a Python that has PyTorch, for the peers (default python3)
  --out DIR        where the JSON goes (default bench/results/gpu/ADAPTER)
  --report FILE    the report (default docs/results/gpu/ADAPTER.md)
  --archive FILE   pack the JSON and the report into this .tgz as well, after every stage
  --dry-run        tiny sizes, to try the way on a software GPU; writes into DIR alone
  --list           name the stages, and how long each should take
examples:
  npm run -s gpu-day
  npm run -s gpu-day -- --adapter lavapipe --dry-run --out /tmp/gpu-day
  npm run -s gpu-day -- --only profile-L,peers-L --again
`;

class UsageError extends Error {}

interface Settings {
  readonly adapter: string;
  readonly minutes: number;
  readonly only: readonly string[] | undefined;
  readonly again: boolean;
  readonly python: string | undefined;
  readonly out: string | undefined;
  readonly report: string | undefined;
  readonly archive: string | undefined;
  readonly dry: boolean;
  readonly list: boolean;
}

function readSettings(): Settings | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    options: {
      ...{ adapter: text, minutes: text, only: text, python: text, out: text, report: text, archive: text },
      ...{ again: flag, "dry-run": flag, list: flag, help: flag },
    },
  });
  if (values.help) return undefined;
  const minutes = Number(values.minutes ?? DEFAULT_MINUTES);
  if (!(minutes > 0)) throw new UsageError(`--minutes is ${values.minutes}; it must be a positive number`);
  return {
    adapter: values.adapter ?? "hardware",
    minutes,
    only: values.only?.split(","),
    again: values.again === true,
    python: values.python,
    out: values.out,
    report: values.report,
    archive: values.archive,
    dry: values["dry-run"] === true,
    list: values.list === true,
  };
}

/** Letters and digits of an adapter's name, for files. */
function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

function chosen(stages: readonly Stage[], only: readonly string[] | undefined): Stage[] {
  for (const name of only ?? []) {
    if (stages.some((stage) => stage.name === name)) continue;
    throw new UsageError(`there is no stage ${name}; there are ${stages.map((stage) => stage.name).join(", ")}`);
  }
  return stages.filter(({ name }) => only?.includes(name) ?? true);
}

async function main(): Promise<void> {
  const settings = readSettings();
  if (settings === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const { adapter, dry, python } = settings;
  const name = settings.list ? adapter : (await chooseAdapter(adapter)).name;
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const out = resolve(settings.out ?? join(root, dry ? ".gpu-day" : "bench/results/gpu", slugOf(name)));
  const stages = chosen(stagesOf({ adapter, out, dry, python }), settings.only);
  if (settings.list) {
    for (const stage of stages) process.stdout.write(`${stage.name.padEnd(22)} ${String(stage.expected).padStart(4)} s\n`);
    return;
  }
  mkdirSync(out, { recursive: true });
  process.stdout.write(`${stages.length} stages on ${name}; results in ${out}\n`);
  const report = settings.report ?? (dry ? join(out, "report.md") : join(root, "docs/results/gpu", `${slugOf(name)}.md`));
  const all = stagesOf({ adapter, out, dry, python });
  restoreChoices(out);
  const keep = (): void => {
    keepChoices(out, "latest-choices");
    try {
      writeReport(report, { adapter: name, out, stages: all, dry });
    } catch (error) {
      // The page can be written again from the JSON, and the time on this GPU cannot be had again.
      process.stderr.write(`warning: no report: ${(error as Error).message}\n`);
    }
    try {
      if (settings.archive !== undefined) writeArchive(settings.archive, [out, report]);
    } catch (error) {
      process.stderr.write(`warning: no archive: ${(error as Error).message}\n`);
    }
  };
  const left = await runStages(stages, out, { ...settings, keep, say: (text) => process.stdout.write(text) });
  keep();
  process.stdout.write(`${report}\n`);
  if (left.length > 0) process.stdout.write(`left for the next call: ${left.map((stage) => stage.name).join(", ")}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.exitCode = usage ? 2 : 1;
}
