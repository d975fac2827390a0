#!/usr/bin/env node
import { quietDawn } from "../node/quiet_dawn.js";
import { describeError, exitCodeOf, InterruptedError } from "./errors.js";
import { endWithOutput } from "./interrupt.js";
import { buildProgram } from "./program.js";
/** Runs one command line (without `node` and the script) and returns the exit code; errors go to stderr as one line each. */
async function main(argv) {
    const words = argv.filter((word) => !word.startsWith("-"));
    try {
        const program = await buildProgram(words[0] === "help" ? words[1] : words[0]);
        await program.parseAsync(argv, { from: "user" });
        return 0;
    }
    catch (error) {
        const alreadyShown = error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
        // Whoever closed the output wants to read no more of it.
        const isUnread = error instanceof InterruptedError && error.signal === "SIGPIPE";
        if (!alreadyShown && !isUnread)
            process.stderr.write(`${describeError(error, argv.includes("--debug"))}\n`);
        // A GPU that hangs would keep the process alive, and waiting for it would have no end.
        if (error instanceof Error && error.name === "DeviceLostError")
            process.exit(exitCodeOf(error));
        return exitCodeOf(error);
    }
}
quietDawn();
endWithOutput();
process.exitCode = await main(process.argv.slice(2));
