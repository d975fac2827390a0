import { brief } from "../options/quote.ts";
import { type StopSignal, stopCodes } from "./interrupt.ts";

/** The exit codes every command keeps to. A command that a signal stopped has the code of the signal. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** The user asked for something impossible: a bad argument, option or file name. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command ran and its answer is no (a check failed, a run diverged). Exit code 1. */
export class FailedError extends Error {
  override readonly name = "FailedError";
}

/** A signal stopped the command after its work was saved. Exit code 130 for Ctrl-C, and that of the signal for others, as shells expect. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  readonly signal: StopSignal;

  constructor(message: string, signal: StopSignal) {
    super(message);
    this.signal = signal;
  }
}

/** Errors that the user can mend, by name, because lower layers have error classes that the command line need not load. */
const usageErrorNames = new Set(["UsageError", "ConfigError"]);

/** Names that JavaScript gives to errors from mistakes in the program. The message of such an error alone seldom helps. */
const bugNames = new Set(["TypeError", "ReferenceError", "RangeError", "SyntaxError", "AssertionError"]);

/** The exit code that belongs to an error; commander's own errors (they carry `exitCode`) are 0 for help and version, else 2. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof Error)) return exitCodes.failed;
  if ("code" in error && typeof error.code === "string" && error.code.startsWith("commander.")) {
    return "exitCode" in error && error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (error instanceof InterruptedError) return stopCodes[error.signal];
  // A limit that the user set is one of the arguments, and that of a machine is not.
  const isUsage = usageErrorNames.has(error.name) || ("isLimitOfUser" in error && error.isLimitOfUser === true);
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

/** The most characters of a problem's line, whatever a library or the system wrote into it. */
export const LONGEST_LINE = 480;

/** What stderr shows: one line per problem, starting with `error: `; with `debug` the stack instead. */
export function describeError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return `error: ${brief(String(error), LONGEST_LINE)}`;
  if (debug) return error.stack ?? `${error.name}: ${error.message}`;
  const lines = error.message.split("\n").filter((line) => line.trim() !== "");
  const shown = lines.length > 0 ? lines : [error.name];
  if (bugNames.has(error.name))
    return `error: ${error.name}: ${brief(shown[0]!, LONGEST_LINE)} (a bug; run again with --debug for the stack)`;
  return shown.map((line) => `error: ${brief(line.trim(), LONGEST_LINE)}`).join("\n");
}
