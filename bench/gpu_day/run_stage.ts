import { spawn } from "node:child_process";
import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Stage } from "./stages.ts";

/** How a stage ended; kept beside its JSON. */
export interface StageRecord {
  readonly stage: string;
  readonly status: "done" | "failed" | "timed out";
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
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LINES_KEPT = 12;

/** Runs a stage in a process of its own, for at most `seconds`, and leaves OUT/STAGE.json and OUT/STAGE.log. */
export async function runStage(stage: Stage, out: string, seconds: number): Promise<StageRecord> {
  const args = ["--import", "tsx", ...stage.args];
  const command = ["node", ...args].map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(" ");
  const env = { ...process.env, ...stage.env, NO_COLOR: "1" };
  const start = performance.now();
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
  writeFileSync(join(out, `${stage.name}.log`), `$ ${command}\n${printed}\n${said}`);
  const took = (performance.now() - start) / 1e3;
  const isKept = await keepResult(stage, out, printed, took);
  const status = isLate ? "timed out" : code === 0 && isKept ? "done" : "failed";
  const lines = status === "done" ? {} : { said: lastLines(said || printed) };
  return { stage: stage.name, status, seconds: Math.round(took * 10) / 10, date: new Date().toISOString(), command, ...lines };
}

/** Writes OUT/STAGE.json. Returns false where the process left nothing to write. */
async function keepResult({ name, result }: Stage, out: string, printed: string, seconds: number): Promise<boolean> {
  const file = join(out, `${name}.json`);
  const keep = (value: unknown): boolean => {
    writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
    return true;
  };
  if (result === "written") return existsSync(file);
  if (result === "tests") return keep(testSummary(printed));
  if (result === "run") return keepRun(join(out, name), keep, seconds);
  const begin = printed.search(/[{[]/);
  try {
    return begin >= 0 && keep(JSON.parse(printed.slice(begin)));
  } catch {
    return false;
  }
}

/** Counts in the output of Node's test runner. */
export function testSummary(tap: string): TestSummary {
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
  const failures = [...tap.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, name]) => name!);
  return { passed: count("pass"), failed: count("fail"), skipped: count("skipped"), failures };
}

/** The seconds of a training run, with its first and last lines. */
async function keepRun(folder: string, keep: (value: unknown) => boolean, seconds: number): Promise<boolean> {
  const metrics = join(folder, "metrics.jsonl");
  if (!existsSync(metrics)) return false;
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: createReadStream(metrics) })) if (line.trim() !== "") lines.push(JSON.parse(line));
  const evaluation = join(folder, "evaluation.json");
  const evaluated: unknown = existsSync(evaluation) ? JSON.parse(readFileSync(evaluation, "utf8")) : null;
  return keep({ seconds, lines: lines.length, last: lines.at(-1), evaluation: evaluated });
}

function lastLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("Warning:"))
    .slice(-LINES_KEPT);
}
