#!/usr/bin/env node
import { Command } from "commander";
import { describeError, exitCodeOf } from "./errors.ts";

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
  { name: "eval", description: "Measure a model's pass@1 and pass@k on a task's held-out problems", load: () => import("./eval.ts") },
  { name: "verify", description: "Check this machine's GPU against stored reference results", load: () => import("./verify.ts") },
  { name: "sft", description: "Warm-start a small model on a task's own solutions", load: () => import("./sft.ts") },
  { name: "devices", description: "List the GPUs of this machine and the one that auto takes", load: () => import("./devices.ts") },
  { name: "plot", description: "Draw a run's reward, entropy, alpha and gated fraction as SVG", load: () => import("./plot.ts") },
  { name: "experiment", description: "Run a study of many training runs and write its report", load: () => import("./experiment.ts") },
  { name: "bench", description: "Time the kernels and the training paths on this machine's GPU", load: () => import("./bench.ts") },
];

/** The program with every command named and the wanted one complete. */
async function buildProgram(wanted: string | undefined): Promise<Command> {
  const program = new Command("entropic")
    .description("Train small transformers by reinforcement learning in WGSL shaders, on whatever GPU is there.")
    .option("--debug", "show the stack of an error")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, " ")}\n`) })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.\nRun `entropic COMMAND --help` for options and an example.",
    );
  for (const { name, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name === wanted) (await load()).register(command);
  }
  return program;
}

/** Runs one command line (without `node` and the script) and returns the exit code; errors go to stderr as one line each. */
async function main(argv: readonly string[]): Promise<number> {
  const words = argv.filter((word) => !word.startsWith("-"));
  try {
    const program = await buildProgram(words[0] === "help" ? words[1] : words[0]);
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    const alreadyShown = error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
    if (!alreadyShown) process.stderr.write(`${describeError(error, argv.includes("--debug"))}\n`);
    return exitCodeOf(error);
  }
}

process.exitCode = await main(process.argv.slice(2));
