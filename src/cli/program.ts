import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { brief } from "../options/quote.ts";
import { FailedError, LONGEST_LINE } from "./errors.ts";
import { PROGRAM } from "./options.ts";

/**
 * How to add a command: write `src/cli/NAME.ts` that exports
 *
 *     export function register(command: Command): void
 *
 * and add one line to the table below. `register` is given the command with its name and description already set; it adds
 * arguments, options, examples (`addExamples` of options.ts) and an async `.action(...)`. The file is imported only when its
 * command is the one asked for, so that `--help` stays fast. Actions end by returning; they throw to fail (errors.ts maps
 * errors to exit codes) and never call process.exit.
 */
interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly load: () => Promise<{ register(command: Command): void }>;
}

const commands: readonly CommandEntry[] = [
  { name: "train", description: "Train a model by reinforcement learning as a YAML file says", load: () => import("./train.ts") },
  { name: "resume", description: "Continue a run from its last checkpoint", load: () => import("./resume.ts") },
  { name: "generate", description: "Continue prompts with a model", load: () => import("./generate.ts") },
  { name: "chat", description: "Chat with a model that has a chat template", load: () => import("./chat.ts") },
  { name: "eval", description: "Measure a model's pass@1 and pass@k on a task's held-out problems", load: () => import("./eval.ts") },
  { name: "merge", description: "Add a LoRA adapter to the weights of its base model", load: () => import("./merge.ts") },
  { name: "export", description: "Write a model as a GGUF file for llama.cpp and Ollama", load: () => import("./export.ts") },
  {
    name: "verify",
    description: "Ask this machine's GPU for everything that training relies on, and check its answers",
    load: () => import("./verify.ts"),
  },
  { name: "sft", description: "Warm-start a model on a task's own solutions, or on rows of a file", load: () => import("./sft.ts") },
  { name: "devices", description: "List the GPUs of this machine and the one that auto takes", load: () => import("./devices.ts") },
  { name: "plot", description: "Draw metrics of one run or several as SVG", load: () => import("./plot.ts") },
  { name: "experiment", description: "Run a study of many training runs and write its report", load: () => import("./experiment.ts") },
  { name: "bench", description: "Time the kernels and the training paths on this machine's GPU", load: () => import("./bench.ts") },
];

/** The commands by name. */
export const COMMAND_NAMES: readonly string[] = commands.map(({ name }) => name);

/** The program with all commands by name and description. Only the wanted one has its options. */
export async function buildProgram(wanted: string | undefined): Promise<Command> {
  const program = new Command(PROGRAM)
    .description("Train small transformers by reinforcement learning in WGSL shaders, on whatever GPU is there.")
    .version(version(), "--version", "print the version")
    .option("--debug", "show the stack of an error")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${brief(text.trim().replace(/\s*\n\s*/g, " "), LONGEST_LINE)}\n`) })
    .addHelpText(
      "after",
      `\nExit codes: 0 done, 1 failed, 2 wrong usage (an option, a configuration, a variable); stopped by a signal: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP, 141 nobody reads the output.\nRun \`${PROGRAM} COMMAND --help\` for a command's options and examples.`,
    );
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name === wanted) (await load()).register(command);
  }
  return program;
}

/** The version in the nearest package.json above, which is the package's own, whether this is its source or what was built of it. */
function version(): string {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    const path = new URL("package.json", folder);
    if (existsSync(path)) return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
    if (new URL("..", folder).href === folder.href)
      throw new FailedError("the package is incomplete: its package.json is missing; install it again");
  }
}
