#!/usr/bin/env node
import { hasHung } from "../gpu/flight.ts";
import { endWithin } from "../node/end_process.ts";
import { quietDawn } from "../node/quiet_dawn.ts";
import { describeError, exitCodeOf, InterruptedError } from "./errors.ts";
import { endWithOutput } from "./interrupt.ts";
import { buildProgram } from "./program.ts";

/** Whether the command ended because its GPU was lost. Some of these keep the process alive. */
let isLost = false;

/** Runs one command line (without `node` and the script) and returns the exit code; errors go to stderr as one line each. */
async function main(argv: readonly string[]): Promise<number> {
  const words = argv.filter((word) => !word.startsWith("-"));
  try {
    const program = await buildProgram(words[0] === "help" ? words[1] : words[0]);
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    const alreadyShown = error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
    // Whoever closed the output wants to read no more of it.
    const isUnread = error instanceof InterruptedError && error.signal === "SIGPIPE";
    if (!alreadyShown && !isUnread) process.stderr.write(`${describeError(error, argv.includes("--debug"))}\n`);
    isLost = error instanceof Error && error.name === "DeviceLostError";
    return exitCodeOf(error);
  }
}

quietDawn();
endWithOutput();
process.exitCode = await main(process.argv.slice(2));
if (hasHung()) endWithin(5000);
else if (isLost) process.exit();
