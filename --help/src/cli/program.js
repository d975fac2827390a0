import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { brief } from "../options/quote.js";
import { LONGEST_LINE } from "./errors.js";
import { PROGRAM } from "./options.js";
const commands = [
    { name: "train", description: "Train a model by reinforcement learning as a YAML file says", load: () => import("./train.js") },
    { name: "resume", description: "Continue a run from its last checkpoint", load: () => import("./resume.js") },
    { name: "generate", description: "Continue prompts with a model", load: () => import("./generate.js") },
    { name: "eval", description: "Measure a model's pass@1 and pass@k on a task's held-out problems", load: () => import("./eval.js") },
    { name: "verify", description: "Check this machine's GPU against stored reference results", load: () => import("./verify.js") },
    { name: "sft", description: "Warm-start a small model on a task's own solutions", load: () => import("./sft.js") },
    { name: "devices", description: "List the GPUs of this machine and the one that auto takes", load: () => import("./devices.js") },
    { name: "plot", description: "Draw metrics of one run or several as SVG", load: () => import("./plot.js") },
    { name: "experiment", description: "Run a study of many training runs and write its report", load: () => import("./experiment.js") },
    { name: "bench", description: "Time the kernels and the training paths on this machine's GPU", load: () => import("./bench.js") },
];
/** The commands by name. */
export const COMMAND_NAMES = commands.map(({ name }) => name);
/** The program with all commands by name and description. Only the wanted one has its options. */
export async function buildProgram(wanted) {
    const program = new Command(PROGRAM)
        .description("Train small transformers by reinforcement learning in WGSL shaders, on whatever GPU is there.")
        .version(version(), "--version", "print the version")
        .option("--debug", "show the stack of an error")
        .exitOverride()
        .configureOutput({ outputError: (text, write) => write(`${brief(text.trim().replace(/\s*\n\s*/g, " "), LONGEST_LINE)}\n`) })
        .addHelpText("after", `\nExit codes: 0 done, 1 failed, 2 wrong usage (an option, a configuration, a variable); stopped by a signal: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP, 141 nobody reads the output.\nRun \`${PROGRAM} COMMAND --help\` for a command's options and examples.`);
    for (const { name, description, load } of commands) {
        const command = program.command(name).description(description);
        if (name === wanted)
            (await load()).register(command);
    }
    return program;
}
/** The version in package.json, which lies above the sources and one folder further above what is built of them. */
function version() {
    const path = ["../../package.json", "../../../package.json"].map((name) => new URL(name, import.meta.url)).find((url) => existsSync(url));
    const { version: stated } = JSON.parse(readFileSync(path, "utf8"));
    return stated;
}
