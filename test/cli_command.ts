import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mock } from "node:test";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../src/cli/command_line.ts";

const main = new URL("../src/cli/main", import.meta.url);

/** What Node is given to run a command: the sources, or the JavaScript beside them where the tests run compiled (see .ci/run). */
export const CLI: readonly string[] = import.meta.url.endsWith(".js")
  ? [fileURLToPath(`${main}.js`)]
  : ["--import", "tsx", fileURLToPath(`${main}.ts`)];

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command line in a process of its own, in the project's folder. */
export const entropic = (...words: string[]): SpawnSyncReturns<string> => entropicTyped("", words);

/** Runs a command line that reads `input`. */
export function entropicTyped(input: string, words: readonly string[]): SpawnSyncReturns<string> {
  const options = { cwd: root, encoding: "utf8", input, env: { ...process.env, NO_COLOR: "1" } } as const;
  return spawnSync(process.execPath, [...CLI, ...words], options);
}

/** What trains although it should not is ended, with the process of its test. */
const LONGEST_REFUSAL_MS = 120_000;

/**
 * The exit code and the errors of a command line that runs in this process, because a process of its own takes a second to start. Only for one
 * that refuses, as its output is not caught.
 */
export async function refusal(...words: string[]): Promise<{ status: number; stderr: string; errors: readonly string[] }> {
  const written: string[] = [];
  const end = setTimeout(() => process.exit(1), LONGEST_REFUSAL_MS);
  const { mock: write } = mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  try {
    const { exitCode } = await runCommandLine(words);
    const stderr = written.join("");
    return { status: exitCode, stderr, errors: stderr.split("\n").filter((line) => line.startsWith("error: ")) };
  } finally {
    clearTimeout(end);
    write.restore();
  }
}
