import { describeError, exitCodeOf, InterruptedError } from "./errors.ts";
import { buildProgram } from "./program.ts";

/** How a command line ended. */
export interface Ending {
  readonly exitCode: number;
  /** Whether its GPU was lost. Some of these keep the process alive. */
  readonly isLost: boolean;
}

/** Runs one command line (without `node` and the script); errors go to stderr as one line each. */
export async function runCommandLine(argv: readonly string[]): Promise<Ending> {
  const words = argv.filter((word) => !word.startsWith("-"));
  try {
    const program = await buildProgram(words[0] === "help" ? words[1] : words[0]);
    await program.parseAsync(argv, { from: "user" });
    return { exitCode: 0, isLost: false };
  } catch (error) {
    const alreadyShown = error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
    // Whoever closed the output wants to read no more of it.
    const isUnread = error instanceof InterruptedError && error.signal === "SIGPIPE";
    if (!alreadyShown && !isUnread) process.stderr.write(`${describeError(error, argv.includes("--debug"))}\n`);
    return { exitCode: exitCodeOf(error), isLost: error instanceof Error && error.name === "DeviceLostError" };
  }
}
