/**
 * `node --import tsx scripts/nightly/kill_runs.ts [COUNT] [SEED]` kills a run COUNT times (50) with SIGKILL, resumes it each time, and
 * compares what it leaves with an undisturbed run: metrics, samples, evaluation, parameters and moments must be the same.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createRandom } from "../../src/random.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** The most steps that a run may take between two kills. */
const MOST_STEPS = 4;
const LAST_KILL_MS = 60;

export interface Kills {
  readonly kills: number;
  readonly steps: number;
  /** How many kills hit a process that had not done a step yet. */
  readonly whileStarting: number;
}

/** Kills a run at random points. @throws AssertionError where it differs from an undisturbed one */
export async function killRuns(folder: string, { count, seed }: { readonly count: number; readonly seed: number }): Promise<Kills> {
  const random = createRandom(seed);
  const steps = count * (MOST_STEPS + 2) + 2;
  const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
  assert.equal((await run(train(whole, steps))).code, 0, "the undisturbed run failed");
  let whileStarting = 0;
  for (let kills = 0; kills < count; kills++) {
    const hitsStart = random.integer(5) === 0;
    const stop = hitsStart
      ? { afterMs: random.integer(1500) }
      : { afterSteps: 1 + random.integer(MOST_STEPS), ms: random.integer(LAST_KILL_MS) };
    const { code, shownSteps, output } = await run(next(killed, steps), stop);
    assert.equal(code, "SIGKILL", `kill ${kills + 1} of ${count} came too late, or the run failed: ${output}`);
    if (shownSteps === 0) whileStarting += 1;
  }
  const last = await run(next(killed, steps));
  assert.equal(last.code, 0, last.output);
  compare(whole, killed);
  return { kills: count, steps, whileStarting };
}

/** Takes a run up where a kill left it, or begins it where it has no checkpoint yet. */
function next(dir: string, steps: number): string[] {
  const checkpoints = join(dir, "checkpoints");
  const hasCheckpoint = existsSync(checkpoints) && readdirSync(checkpoints).some((name) => /^step-\d+$/.test(name));
  return hasCheckpoint ? ["resume", dir, "--no-plots"] : [...train(dir, steps), "--overwrite"];
}

function train(dir: string, steps: number): string[] {
  const sizes = ["grpo.prompts=2", "grpo.completions=2", "eval.prompts=2", "eval.completions=2", "eval.every=3"];
  const output = [`output.dir=${dir}`, "output.checkpointEvery=1", "output.keepLast=3", "output.keepBest=true"];
  return [
    "train",
    "configs/quickstart.yaml",
    "--no-plots",
    ...[`grpo.steps=${steps}`, ...sizes, ...output].flatMap((one) => ["--set", one]),
  ];
}

type Stop = { readonly afterMs: number } | { readonly afterSteps: number; readonly ms: number };

async function run(words: readonly string[], stop?: Stop): Promise<{ code: unknown; output: string; shownSteps: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", ...words], { cwd: ROOT });
  const kill = (): void => void child.kill("SIGKILL");
  const timer = stop && "afterMs" in stop ? setTimeout(kill, stop.afterMs) : undefined;
  let [output, isDue] = ["", false];
  const shownSteps = (): number => output.match(/^step \d+\//gm)?.length ?? 0;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    if (isDue || !stop || !("afterSteps" in stop) || shownSteps() < stop.afterSteps) return;
    isDue = true;
    setTimeout(kill, stop.ms);
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const code = await new Promise((resolve) => child.on("close", (status, signal) => resolve(signal ?? status)));
  clearTimeout(timer);
  return { code, output, shownSteps: shownSteps() };
}

const TIMES = /"(step_time|sampling\/tokens_per_second|training\/tokens_per_second)":[^,}]+,?/g;

function compare(whole: string, killed: string): void {
  const checkpoints = readdirSync(join(whole, "checkpoints")).sort();
  assert.deepEqual(readdirSync(join(killed, "checkpoints")).sort(), checkpoints, "other checkpoints are kept");
  const paths = ["model.safetensors", "optimizer.safetensors"].map((name) => join("checkpoints", checkpoints.at(-1)!, name));
  for (const path of ["metrics.jsonl", "samples.jsonl", "evaluation.json", ...paths]) {
    const read = (dir: string): string => readFileSync(join(dir, path), "latin1").replaceAll(TIMES, "");
    assert.ok(read(killed) === read(whole), `${path} differs from that of an undisturbed run`);
  }
  assert.ok(!existsSync(join(killed, "run.lock")), "the lock stayed");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [count = 50, seed = 0] = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), "kill_runs-"));
  const { kills, steps, whileStarting } = await killRuns(folder, { count, seed });
  rmSync(folder, { recursive: true });
  process.stdout.write(`${kills} kills in ${steps} steps, ${whileStarting} of them before the first step of a process: nothing was lost\n`);
}
