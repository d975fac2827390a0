import { spawn } from "node:child_process";
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cutOffJson } from "./cut_off.ts";
import type { Stage } from "./stages.ts";

/** How a stage ended; kept beside its JSON. */
export interface StageRecord {
  readonly stage: string;
  /**
   * "done with failures": it measured all that it can, and rows failed. "failed" and "timed out" may have left JSON that holds a part.
   * "cut off": the call ended while it ran.
   */
  readonly status: "done" | "done with failures" | "failed" | "timed out" | "cut off";
  readonly seconds: number;
  readonly date: string;
  /** The command that repeats it, in the project's root. */
  readonly command: string;
  /** The last lines of what it said, where it failed. */
  readonly said?: readonly string[];
}

/** What the tests of a stage found. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  /** Why tests are missing; absent where all ended. */
  readonly brokenOff?: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LINES_KEPT = 12;

/** Runs a stage in a process of its own, for at most `seconds`, and leaves OUT/STAGE.json and OUT/STAGE.log. */
export async function runStage(stage: Stage, out: string, seconds: number): Promise<StageRecord> {
  const args = ["--import", "tsx", ...stage.args];
  const command = ["node", ...args].map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(" ");
  const written = stage.result === "run" ? join(out, stage.name, "metrics.jsonl") : join(out, `${stage.name}.json`);
  const before = markOf(written);
  stage.prepare?.();
  const start = performance.now();
  const { printed, said, code, isLate } = await runProcess(args, { ...process.env, ...stage.env, NO_COLOR: "1" }, seconds);
  stage.finish?.();
  const took = (performance.now() - start) / 1e3;
  writeFileSync(join(out, `${stage.name}.log`), `$ ${command}\n${printed}\n${said}`);
  // A file from an earlier call says nothing about this one.
  const isFresh = markOf(written) !== before;
  const kept = await keepResult(stage, out, { printed, isFresh, seconds: took });
  const status = isLate ? "timed out" : statusOf(stage, code, kept);
  const lines = status === "done" ? {} : { said: lastLines(said || printed) };
  return { stage: stage.name, status, seconds: Math.round(took * 10) / 10, date: new Date().toISOString(), command, ...lines };
}

interface Ended {
  readonly printed: string;
  readonly said: string;
  readonly code: number | null;
  readonly isLate: boolean;
}

async function runProcess(args: readonly string[], env: NodeJS.ProcessEnv, seconds: number): Promise<Ended> {
  // A group of its own, so that whatever it starts ends with it.
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    printed += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    said += data.toString();
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.kill(-child.pid!, "SIGKILL");
  }, seconds * 1e3);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(timer);
  return { printed, said, code, isLate };
}

/** What changes when a file is written anew. */
function markOf(file: string): string {
  if (!existsSync(file)) return "";
  const { ino, size, mtimeMs } = statSync(file);
  return [ino, size, mtimeMs].join();
}

/** Commands end with 1 where rows failed, and their JSON is as whole as it will ever be. A run that ends so is not. */
function statusOf({ result }: Stage, code: number | null, kept: unknown): StageRecord["status"] {
  if (kept === undefined || isBrokenOff(kept)) return "failed";
  if (code === 0) return "done";
  return code === 1 && result !== "run" ? "done with failures" : "failed";
}

function isBrokenOff(value: unknown): boolean {
  return typeof value === "object" && value !== null && "brokenOff" in value;
}

interface Left {
  readonly printed: string;
  /** The file that the process writes by itself is new. */
  readonly isFresh: boolean;
  readonly seconds: number;
}

/** Writes OUT/STAGE.json. Returns what it holds; undefined where the process left nothing to write. */
async function keepResult({ name, result }: Stage, out: string, { printed, isFresh, seconds }: Left): Promise<unknown> {
  const file = join(out, `${name}.json`);
  if (result === "written") return isFresh ? parsed(readFileSync(file, "utf8")) : undefined;
  const found =
    result === "tests"
      ? testSummary(printed)
      : result === "run"
        ? isFresh && (await runSummary(join(out, name), seconds))
        : lastJson(printed);
  if (!found) return undefined;
  writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
  return found;
}

/** What was printed from the first bracket on or, where that is no JSON, the last line that is; else the whole rows of one document. */
function lastJson(printed: string): unknown {
  const begin = printed.search(/[{[]/);
  if (begin < 0) return undefined;
  const lines = printed.split("\n").filter((line) => /^[{[]/.test(line));
  return [printed.slice(begin), ...lines.reverse()].map(parsed).find((value) => value !== undefined) ?? cutOffJson(printed);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts in the output of Node's test runner; undefined where no test ended. */
export function testSummary(tap: string): TestSummary | undefined {
  const failures = [...tap.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, name]) => name!);
  if (/^# fail \d+$/m.test(tap)) {
    const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
    return { passed: count("pass"), failed: count("fail"), skipped: count("skipped"), failures };
  }
  // The runner counts at its end alone.
  const skipped = [...tap.matchAll(/^ok \d+ - .* # SKIP/gm)].length;
  const passed = [...tap.matchAll(/^ok \d+ - /gm)].length - skipped;
  if (passed + skipped + failures.length === 0) return undefined;
  return { passed, failed: failures.length, skipped, failures, brokenOff: "the runner was stopped" };
}

/** The seconds of a training run, with its first and last lines. */
async function runSummary(folder: string, seconds: number): Promise<unknown> {
  const metrics = join(folder, "metrics.jsonl");
  const lines: unknown[] = [];
  // The last line of a process that was killed may be half of one.
  for await (const line of createInterface({ input: createReadStream(metrics) }))
    lines.push(...[parsed(line)].filter((value) => value !== undefined));
  const evaluation = join(folder, "evaluation.json");
  const evaluated: unknown = existsSync(evaluation) ? JSON.parse(readFileSync(evaluation, "utf8")) : null;
  return { seconds, lines: lines.length, last: lines.at(-1), evaluation: evaluated };
}

function lastLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("Warning:"))
    .slice(-LINES_KEPT);
}
