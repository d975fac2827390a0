import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import { CommanderError } from "commander";
import { parse } from "yaml";
import { SHAPES } from "../bench/gpu_day/shapes.ts";
import { chooseCases } from "../bench/suite.ts";
import { readConfigFile } from "../src/cli/options.ts";
import { buildProgram, COMMAND_NAMES } from "../src/cli/program.ts";
import { readSubject } from "../src/cli/subject.ts";
import { studies } from "../src/experiments/index.ts";
import { applyOverrides, parseSftConfig, parseTrainConfig } from "../src/rl/config/index.ts";
import { type CommandLine, filesBelow, linesOfComments, linesOfHelp, linesOfMarkdown, resolve, wordsOf } from "./command_lines.ts";

const read = (path: string): string => readFileSync(path, "utf8");
/** Reports keep the command line that made them, and the changelog those of earlier versions. */
const isHistory = (page: string): boolean => /^docs\/(results\/.*\/report|api\/.*)\.md$/.test(page);
const pages = ["README.md", "CONTRIBUTING.md", ...["docs", "models", "bench"].flatMap((folder) => filesBelow(folder, ".md"))];
const commented = [...filesBelow("configs", ".yaml"), ...filesBelow("examples", ".ts")];

const found: readonly CommandLine[] = [
  ...pages.filter((page) => !isHistory(page)).flatMap((page) => linesOfMarkdown(page, read(page))),
  ...commented.flatMap((path) => linesOfComments(path, read(path))),
  ...(await linesOfHelp()),
];
const lines = [...new Map(found.map((one) => [`${one.place}: ${one.line}`, one])).values()];

/** A synopsis with something in the place of its words in capitals. */
function filled(words: readonly string[]): string[] {
  const placeholders: Readonly<Record<string, string>> = {
    COMMAND: "devices",
    CONFIG: words.includes("sft") ? "configs/sort_sft.yaml" : "configs/quickstart.yaml",
    NAME: words.includes("experiment") ? "toy-control" : "matmul",
    RUN: "runs/quickstart",
    DIR: "models/checkpoints/countdown-base",
    FOLDER: "src/testing/cases",
    CASE: "src/testing/cases",
    TEXT: "375=022:",
    TASK: "{ name: sort }",
    N: "5",
  };
  return words.map((word) => placeholders[word.replaceAll(/[[\]]|\.\.\./g, "")] ?? word);
}

interface Parsed {
  readonly name: string;
  readonly given: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a command's action would get. Undefined for help, which has none. */
async function parseArguments(args: readonly string[]): Promise<Parsed | undefined> {
  const program = await buildProgram(args[0]);
  const parsed: Parsed[] = [];
  for (const command of program.commands) {
    command.configureOutput({ writeOut: () => {} });
    command.action(() => void parsed.push({ name: command.name(), given: command.args, options: command.opts() }));
  }
  await program.parseAsync(args, { from: "user" }).catch(unlessHelp);
  return parsed[0];
}

/** Lets the program parse a call, and looks behind the syntax: configurations with their overrides, tasks, studies, benchmarks. */
async function check(args: readonly string[]): Promise<void> {
  const { name, given = [], options = {} } = (await parseArguments(args)) ?? {};
  if (name === "train" || name === "sft") {
    const { value } = await readConfigFile(given[0]!);
    const config = applyOverrides(value, options.set as string[]);
    if (name === "train") parseTrainConfig(config);
    else parseSftConfig(config);
  }
  if (name === "eval") await readSubject(parse(options.task as string));
  if (name === "bench" && options.tuner)
    for (const shape of given)
      assert.ok(
        SHAPES.some((one) => one.name === shape),
        `no shape ${shape}`,
      );
  else if (name === "bench") chooseCases(given);
  if (name === "experiment") for (const study of given) assert.ok(Object.hasOwn(studies, study), `there is no study ${study}`);
}

const calls: string[][] = [];

for (const { place, line } of lines) {
  test(`${place}: ${line}`, async () => {
    for (const target of resolve(filled(wordsOf(line)))) {
      if (!("cli" in target)) continue;
      await check(target.cli);
      calls.push([...target.cli]);
    }
  });
}

test("commands were found where readers look for them", () => {
  const places = new Set(lines.map(({ place }) => place));
  for (const place of ["README.md", "CONTRIBUTING.md", "docs/profiling.md", "configs/quickstart.yaml", "train --help"]) {
    assert.ok(places.has(place), place);
  }
});

const folder = mkdtempSync(join(tmpdir(), "entropic-commands-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const QUICKSTART = join(folder, "quickstart");
const ADAPTED = join(folder, "lora");
const SHORT = ["--overwrite", "--set", "eval.prompts=4", "--set"];
const argumentOf = (args: readonly string[], option: string): string => args[args.indexOf(option) + 1]!;

/** What makes a call take seconds, or undefined where it cannot be made. `train` comes first and leaves runs for `resume`, `plot`, `merge` and `export`. */
const shortened: Readonly<Record<string, (args: readonly string[]) => readonly string[] | undefined>> = {
  train: (args) => {
    const model = args.find((arg) => arg.startsWith("model="))?.slice("model=".length);
    if (model !== undefined && !existsSync(model)) return undefined;
    const steps = args.includes("--profile") ? 7 : 1;
    const dir = args.some((arg) => arg.startsWith("lora")) ? ADAPTED : QUICKSTART;
    return [...args, "--no-plots", ...SHORT, `grpo.steps=${steps}`, "--set", "grpo.prompts=4", "--set", `output.dir=${dir}`];
  },
  resume: () => ["resume", QUICKSTART, "--no-plots", "--set", "grpo.steps=8"],
  plot: () => ["plot", QUICKSTART],
  sft: (args) => [...args, ...SHORT, "sft.steps=1", "--set", "sft.batch=4", "--set", `output.dir=${join(folder, "sft")}`],
  eval: (args) => (existsSync(argumentOf(args, "--model")) ? [...args, "--prompts", "4"] : undefined),
  // It reads lines until its input ends, which test/cli/generate.test.ts lets it do.
  chat: () => ["chat", "--help"],
  generate: (args) => (existsSync(argumentOf(args, "--model")) ? args : undefined),
  merge: () => ["merge", "--model", join(ADAPTED, "checkpoints/step-000001"), "--out", join(folder, "merged")],
  export: () => ["export", "--model", join(ADAPTED, "checkpoints/step-000001"), "--gguf", join(folder, "model.gguf"), "--type", "q8_0"],
  verify: () => ["verify", "src/testing/cases/gpt2--entropic-small"],
  devices: (args) => args,
  bench: () => ["bench", "--list"],
  experiment: () => {
    const out = join(folder, "toy-control");
    cpSync("docs/results/toy-control", out, { recursive: true });
    return ["experiment", "toy-control", "--report-only", "--out", out];
  },
};

/** The program ends by an error where it has only shown its help. */
function unlessHelp(error: unknown): void {
  if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
}

/** The calls that run, each once, in the order of the table above, on the GPU that the tests run on. */
function runnable(): (readonly string[])[] {
  const short = Object.entries(shortened).flatMap(([name, shorten]) =>
    calls.filter(([first, ...rest]) => first === name && !rest.includes("--help")).map((args) => shorten(withoutAdapter(args))),
  );
  return [...new Map(short.flatMap((args) => (args ? [[args.join(" "), args] as const] : []))).values()];
}

function withoutAdapter(args: readonly string[]): string[] {
  const at = args.indexOf("--adapter");
  return at < 0 ? [...args] : [...args.slice(0, at), ...args.slice(at + 2)];
}

test("the command lines that readers find run, cut down to seconds", async (t) => {
  const wanted = runnable();
  const run = new Set(wanted.map(([name]) => name));
  const idle = COMMAND_NAMES.filter((name) => !run.has(name));
  assert.deepEqual(idle, [], "no line of these commands can run");
  for (const args of wanted) {
    await t.test(args.join(" ").replaceAll(folder, "TMP"), async () => {
      const shown = mock.method(process.stdout, "write", () => true);
      try {
        await (await buildProgram(args[0])).parseAsync(args, { from: "user" }).catch(unlessHelp);
      } finally {
        shown.mock.restore();
      }
      assert.ok(shown.mock.callCount() > 0, "it says nothing");
    });
  }
});
