import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readConfigFile } from "../../src/cli/options.ts";
import { withRunLock } from "../../src/node/run_lock.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { CLI, entropic } from "../cli_command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-run-folder-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function tiny(dir: string, steps: number): string[] {
  const set = [`grpo.steps=${steps}`, "grpo.prompts=1", "grpo.completions=2", "eval.every=0", "eval.prompts=1", "eval.completions=1"];
  return ["train", "configs/quickstart.yaml", "--no-plots", ...[`output.dir=${dir}`, ...set].flatMap((one) => ["--set", one])];
}

const errorsIn = (stderr: string): string[] => stderr.split("\n").filter((line) => line.startsWith("error: "));
const beforeRow = (stdout: string): string | undefined => /^before .*$/m.exec(stdout)?.[0];

test("resume keeps the evaluation before the run, and records what it changes", async () => {
  const dir = join(folder, "resumed");
  const first = entropic(...tiny(dir, 2));
  assert.equal(first.status, 0, first.stderr);
  const unchanged = readFileSync(join(dir, "config.yaml"), "utf8");

  const refused = entropic("resume", dir, "--set", "grpo.completions=4");
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(errorsIn(refused.stderr).join("\n"), /^error: grpo\.completions cannot become 4: this run began with 2/);
  assert.equal(readFileSync(join(dir, "config.yaml"), "utf8"), unchanged);

  const second = entropic("resume", dir, "--no-plots", "--set", "grpo.steps=3", "--set", "entropy.target=0.4");
  assert.equal(second.status, 0, second.stderr);
  assert.ok(beforeRow(first.stdout), first.stdout);
  assert.equal(beforeRow(second.stdout), beforeRow(first.stdout));
  assert.match(second.stdout, /^changed after step 2: entropy\.target from 0\.35 to 0\.4$/m);
  const { value } = await readConfigFile(join(dir, "config.yaml"));
  assert.deepEqual((value as { changes: unknown }).changes, [
    { after: 2, option: "grpo.steps", from: 2, to: 3 },
    { after: 2, option: "entropy.target", from: 0.35, to: 0.4 },
  ]);
  assert.equal(parseTrainConfig(value).entropy.target, 0.4);
  assert.deepEqual(Object.keys(parse(unchanged)), Object.keys(parseTrainConfig(value)), "it reads as a configuration");
});

test("a second writer is refused in one line, whichever command it is", async () => {
  const dir = join(folder, "resumed");
  await withRunLock(dir, async () => {
    for (const words of [
      ["resume", dir],
      [...tiny(dir, 2), "--overwrite"],
    ]) {
      const { status, stderr } = entropic(...words);
      assert.equal(status, 1, stderr);
      assert.match(
        errorsIn(stderr).join("\n"),
        new RegExp(`^error: .*resumed is being written by process ${process.pid} on .*$`),
        words[0],
      );
    }
  });
  assert.ok(existsSync(join(dir, "checkpoints/step-000003")), "a refused --overwrite removed something");
});

test("a run whose folder vanishes ends in one line, and writes nothing more", async () => {
  const dir = join(folder, "vanished");
  const child = spawn(process.execPath, [...CLI, ...tiny(dir, 100_000)], { cwd: ROOT });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    if (/^step 2\//m.test(stdout)) rmSync(dir, { recursive: true, force: true });
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 1, stderr);
  assert.equal(errorsIn(stderr).length, 1, stderr);
  assert.match(
    stderr,
    /vanished was removed while the run wrote there; nothing more is written|there is no folder .*vanished; was it removed\?/,
  );
  assert.ok(!existsSync(dir), "it was made again");
});
