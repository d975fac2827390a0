/** Compiles the kernels of training and decoding for AMD's and Intel's GPUs, on a machine that has none. Usage: --help. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CHIPS, type Chip } from "./chips.ts";
import { buildLayer, NoCompilerError } from "./layer.ts";
import { type ChipReport, rowsOf, spilled } from "./report.ts";
import { COMPILED_SHAPES } from "./shapes.ts";
import { NoLayerError } from "./vulkan_layer.ts";

const USAGE = `usage: node --import tsx bench/compiled/run.ts [options]
Shows what Mesa's compilers make of each kernel: registers, spills, workgroup memory, occupancy. Nothing is computed.
It ends with 1 where a kernel spills registers. It needs Linux, Mesa's drivers, gcc and libvulkan-dev.
  --chips A,B        ${CHIPS.map(({ name, description }) => `${name} (${description})`).join("\n                     ")}
                     (default: all of AMD's)
  --intel-shim FILE  for Intel's: libintel_noop_drm_shim.so, which Mesa builds from its sources with -Dtools=drm-shim
  --shapes A,B       of ${COMPILED_SHAPES.map(({ name }) => name).join(", ")} (default: all)
  --json FILE        write all that the compiler says
  --assembly FILE    write the machine code of all kernels, in the order of their compilation
examples:
  node --import tsx bench/compiled/run.ts
  node --import tsx bench/compiled/run.ts --chips navi31 --shapes Qwen --json navi31.json --assembly navi31.s
`;

class UsageError extends Error {}

interface Settings {
  readonly chips: readonly Chip[];
  readonly shapes: readonly string[];
  readonly shim: string | undefined;
  readonly json: string | undefined;
  readonly assembly: string | undefined;
}

function readSettings(): Settings | undefined {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { chips: text, shapes: text, "intel-shim": text, json: text, assembly: text, help: { type: "boolean" } },
  });
  if (values.help) return undefined;
  const ofAmd = CHIPS.filter(({ vendor }) => vendor === "AMD");
  return {
    chips: values.chips === undefined ? ofAmd : named("--chips", values.chips, CHIPS),
    shapes: (values.shapes === undefined ? COMPILED_SHAPES : named("--shapes", values.shapes, COMPILED_SHAPES)).map(({ name }) => name),
    shim: values["intel-shim"],
    json: values.json,
    assembly: values.assembly,
  };
}

function named<Thing extends { readonly name: string }>(option: string, list: string, all: readonly Thing[]): readonly Thing[] {
  return list.split(",").map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new UsageError(`${option} names ${name}; it can name ${all.map((one) => one.name).join(", ")}`);
    return found;
  });
}

/** Runs compile.ts in a process of its own, because a driver reads its environment once. */
function compileFor({ name }: Chip, { shapes, assembly }: Settings, environment: NodeJS.ProcessEnv, folder: string): ChipReport {
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, "");
  const env = { ...environment, NULL_GPU_STATISTICS: file, ...(assembly === undefined ? {} : { NULL_GPU_ASSEMBLY: assembly }) };
  const program = fileURLToPath(new URL("compile.ts", import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", program, ...shapes], {
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`compiling for ${name} ended with ${status ?? signal}: ${errorOf(stderr)}`);
  return { chip: name, ...(JSON.parse(stdout) as Omit<ChipReport, "chip">) };
}

/** The line of a stack trace's text that says what happened. */
function errorOf(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1)!;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return rows.map(line).join("\n");
}

function run(settings: Settings): boolean {
  const folder = mkdtempSync(join(tmpdir(), "entropic-compiled-"));
  try {
    const environmentFor = buildLayer(folder, settings.shim);
    if (settings.assembly !== undefined) writeFileSync(settings.assembly, "");
    const reports = settings.chips.map((chip) => {
      const report = compileFor(chip, settings, environmentFor(chip), folder);
      console.log(`${chip.name}: ${chip.description}, ${report.lanes} lanes share a row${report.subgroups ? ", as subgroups" : ""}`);
      console.log(`${table(rowsOf(report, chip))}\n`);
      return report;
    });
    if (settings.json !== undefined) writeFileSync(settings.json, `${JSON.stringify(reports, null, 1)}\n`);
    return reports.every(({ compiled }) => compiled.every((one) => spilled(one) === 0));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const settings = readSettings();
  if (settings === undefined) console.log(USAGE.trimEnd());
  else if (!run(settings)) process.exitCode = 1;
} catch (error) {
  const isUsage = [UsageError, NoCompilerError, NoLayerError, TypeError].some((kind) => error instanceof kind);
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = isUsage ? 2 : 1;
}
