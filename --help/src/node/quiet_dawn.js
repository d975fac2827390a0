import { closeSync, constants, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
const STDERR = 2;
/** Dawn says this of drivers that allow more than it can use, such as lavapipe. Nothing that the engine needs is reduced. */
const NOISE = /^Warning: max\w+ artificially reduced from .*\n?/gm;
let quiet = false;
/**
 * Keeps Dawn's warnings about reduced limits from the screen, and nothing else of Dawn's. Only the command line asks for it: while Dawn
 * looks for adapters the file descriptor of stderr is another for a moment, and a program of a user's may be opening files meanwhile.
 */
export function quietDawn() {
    quiet = true;
}
/** Runs a call into Dawn that looks for adapters. What it writes to stderr meanwhile comes afterwards, without the noise. */
export function withoutNoise(call) {
    const release = quiet ? holdStderr() : undefined;
    try {
        return call();
    }
    finally {
        release?.();
    }
}
/**
 * Sends stderr to a file until the returned function is called. Dawn writes past Node.js, which has no way to duplicate a descriptor,
 * so stderr is closed and opened again under the same number. That is possible for a terminal and a pipe on Linux. A file would lose its
 * position, and a socket cannot be opened; they are left alone.
 */
function holdStderr() {
    if (process.platform !== "linux")
        return undefined;
    let own;
    let folder;
    try {
        // A plain fstat of a pipe or socket would make Node.js 20 load the next module that is a symbolic link from where the link stands:
        // its realpathSync takes the last stat of anybody's for one of its own. Stats in big integers are kept apart.
        if (!isatty(STDERR) && !fstatSync(STDERR, { bigint: true }).isFIFO())
            return undefined;
        // Without O_NONBLOCK this would wait where nobody reads the pipe any more.
        own = openSync(`/proc/self/fd/${STDERR}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
        folder = mkdtempSync(join(tmpdir(), "entropic-stderr-"));
    }
    catch {
        return undefined;
    }
    const held = join(folder, "stderr");
    writeFileSync(held, "");
    replaceStderr(held);
    return () => {
        replaceStderr(`/proc/self/fd/${own}`);
        closeSync(own);
        const text = readFileSync(held, "utf8").replaceAll(NOISE, "");
        rmSync(folder, { recursive: true, force: true });
        if (text !== "")
            writeSync(STDERR, text);
    };
}
/** The system gives a file that is opened the lowest free number, which is that of stderr once it is closed. */
function replaceStderr(path) {
    closeSync(STDERR);
    try {
        openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOCTTY);
    }
    catch {
        openSync("/dev/null", "w"); // else the next file that is opened would become stderr
    }
}
