/**
 * `npm test [-- FILE|FOLDER|--again|--compiled|--test-concurrency=N|--node-option ...]` runs Node's test runner over test/, or over what is
 * named, and exits with its code. Node 20 expands no patterns itself, so the files are listed here. Two processes run at a time, because that
 * is what two cores bear, or as many as the option says; some files share one (test_groups.ts). The tests that failed or were skipped are
 * listed at the end. With `--again` their files run once more, one at a time, and that decides: some tests wait for another process, and a
 * busy machine may keep them waiting for too long. With `--compiled` the JavaScript beside the tests runs, which .ci/run puts there: each
 * process starts a second sooner.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groupsOf, nameOf, type Outcome, outcomesByFile, writeGroups } from "./test_groups.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

function testFiles(path: string): string[] {
  if (!existsSync(path)) {
    process.stderr.write(`error: there is no ${path}; name test files or folders, or nothing for all of test/\n`);
    process.exit(2);
  }
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }) as string[];
  return names
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(path, name));
}

/** The names of tests by their files. */
type Tests = Map<string, string[]>;

/** Runs test files, so many processes at a time. Returns the exit code and the tests that failed and those that were skipped. */
async function run(files: readonly string[], options: readonly string[], concurrency: number): Promise<[number, Tests, Tests]> {
  const folder = mkdtempSync(join(tmpdir(), "entropic-tests-"));
  const list = join(folder, "outcomes");
  const groups = writeGroups(groupsOf(files, concurrency), folder, (file) => (compiled ? file.replace(/\.ts$/, ".js") : file));
  const shown = process.stdout.isTTY ? "spec" : "tap";
  const reporters = [
    ...[`--test-reporter=${shown}`, "--test-reporter-destination=stdout"],
    ...[`--test-reporter=${join(root, "scripts/test_outcomes.mjs")}`, `--test-reporter-destination=${list}`],
  ];
  const modules = groups.map(({ module }) => module);
  const node = [
    ...(compiled ? [] : ["--import", "tsx"]),
    "--test",
    `--test-concurrency=${concurrency}`,
    ...reporters,
    ...options,
    ...modules,
  ];
  // lavapipe's threads would only wake one another where a process has one core. SwiftShader keeps its own, so that kernels meet threads.
  const share = Math.floor(availableParallelism() / concurrency);
  const preloaded = `--require ${JSON.stringify(join(root, "scripts/short_process.cjs"))}`;
  const NODE_OPTIONS = [process.env.NODE_OPTIONS, preloaded].filter(Boolean).join(" ");
  const env = { LP_NUM_THREADS: String(share > 1 ? share : 0), ...process.env, NODE_OPTIONS };
  const [code] = (await once(spawn(process.execPath, node, { stdio: "inherit", env }), "exit")) as [number | null];
  const lines = existsSync(list) ? readFileSync(list, "utf8").split("\n").filter(Boolean) : [];
  const outcomes = lines.map(
    (line) => ({ outcome: line.slice(0, line.indexOf("\t")), name: line.slice(line.indexOf("\t") + 1) }) as Outcome,
  );
  rmSync(folder, { recursive: true });
  const byFile = [...outcomesByFile(outcomes, groups)];
  const thatAre = (wanted: Outcome["outcome"]): Tests =>
    new Map(
      byFile.flatMap(([file, tests]) => {
        const names = tests.filter(({ outcome }) => outcome === wanted).map(({ name }) => name);
        return names.length > 0 ? [[file, names] as const] : [];
      }),
    );
  const failed = thatAre("failed");
  return [failed.size > 0 ? code || 1 : (code ?? 1), failed, thatAre("skipped")];
}

function tell(heading: string, tests: ReadonlyMap<string, readonly string[]>): void {
  const lines = [...tests].flatMap(([file, names]) => names.map((name) => `  ${nameOf(file)}: ${name}`));
  if (lines.length > 0) process.stderr.write(`${heading}\n${lines.join("\n")}\n`);
}

const words = process.argv.slice(2);
const [again, compiled] = [words.includes("--again"), words.includes("--compiled")];
const CONCURRENCY = "--test-concurrency=";
const isNodes = (word: string): boolean =>
  word.startsWith("-") && !["--again", "--compiled"].includes(word) && !word.startsWith(CONCURRENCY);
const isPattern = (word: string): boolean => word.startsWith("--test-name-pattern");
const nodes = words.filter(isNodes);
// Node.js 22 and later say nothing of what a pattern leaves out, and the last test of each file tells that its process got so far.
const options = [...nodes, ...(nodes.some(isPattern) ? ["--test-name-pattern=\\.test\\.ts$"] : [])];
const concurrency = Number(words.find((word) => word.startsWith(CONCURRENCY))?.slice(CONCURRENCY.length) ?? 2);
const named = words.filter((word) => !word.startsWith("-"));
if (process.env.ENTROPIC_TOGGLES && named.length === 0) {
  // Tests of users' kernels and of the driver's safeguards mean nothing without these.
  process.stderr.write("error: ENTROPIC_TOGGLES is set; unset it for the whole suite, or name the tests that are to run with it\n");
  process.exit(2);
}
const files = named.length > 0 ? named.flatMap(testFiles) : testFiles(join(root, "test"));
if (!(Number.isInteger(concurrency) && concurrency > 0)) {
  process.stderr.write(`error: ${CONCURRENCY}N takes a whole number of at least 1\n`);
  process.exit(2);
}
if (files.length === 0) {
  process.stderr.write(`error: ${named.join(", ")} holds no *.test.ts\n`);
  process.exit(2);
}
const uncompiled = compiled ? files.find((file) => !existsSync(file.replace(/\.ts$/, ".js"))) : undefined;
if (uncompiled !== undefined) {
  process.stderr.write(`error: --compiled finds no JavaScript beside ${nameOf(uncompiled)}; leave the option out\n`);
  process.exit(2);
}
let [code, failed, skipped] = await run(files, options, concurrency);
tell("skipped:", skipped);
tell("failed:", failed);
if (code !== 0 && again && failed.size > 0) {
  [code, failed] = await run([...failed.keys()], options, 1);
  tell("failed again, alone:", failed);
}
process.exitCode = code;
