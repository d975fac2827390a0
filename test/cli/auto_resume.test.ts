import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { withAutoResume } from "../../src/cli/auto_resume.ts";
import { DeviceLostError } from "../../src/gpu/errors.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-lost-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command on a GPU that is lost after the given steps of its first, second ... opening. */
function onLostGpu(name: string, losses: string, words: readonly string[]) {
  const program = join(ROOT, "test/cli/lost_gpu_program.ts");
  const all = ["--import", "tsx", program, join(folder, name, "metrics.jsonl"), losses, ...words];
  return spawnSync(process.execPath, all, { cwd: ROOT, encoding: "utf8" });
}

function train(name: string, losses: string, ...more: string[]) {
  const dir = join(folder, name);
  const small = ["grpo.steps=4", "grpo.prompts=2", "grpo.completions=4", "eval.every=0", "eval.prompts=2", "eval.completions=2"];
  const set = [...small, `output.dir=${dir}`, "output.checkpointEvery=2"].flatMap((key) => ["--set", key]);
  return onLostGpu(name, losses, ["train", "configs/quickstart.yaml", "--no-plots", ...set, ...more]);
}

const TIMES = /"(step_time|sampling\/tokens_per_second|training\/tokens_per_second)":[^,}]+,?/g;
const metricsOf = (name: string): string => readFileSync(join(folder, name, "metrics.jsonl"), "utf8").replaceAll(TIMES, "");
const weightsOf = (name: string, step: number): Buffer =>
  readFileSync(join(folder, name, `checkpoints/step-00000${step}/model.safetensors`));

test("a run whose GPU is lost goes on by itself to the same bits, as often as allowed; then it ends in one line", () => {
  assert.equal(train("whole", "never").status, 0);
  // Lost before the first checkpoint, which starts the run again, then twice in the step after it.
  const lost = train("lost", "1,3,3", "--auto-resume", "2");
  assert.equal(lost.status, 1, lost.stderr);
  const lines = lost.stderr.split("\n").filter((line) => line.includes("the GPU was lost"));
  assert.equal(lines.length, 3, lost.stderr);
  assert.match(lines[0]!, /^note: the GPU was lost \(.+\) in step 2; going on \(1 of 2\)$/);
  assert.match(lines[1]!, /^note: the GPU was lost \(.+\) in step 4; going on \(2 of 2\)$/);
  assert.match(lines[2]!, /^error: the GPU was lost \(.+\); open the device again and go on from the last checkpoint/);
  const [metrics, expected] = [metricsOf("lost"), metricsOf("whole")];
  assert.match(metrics.trim().split("\n").at(-1)!, /^\{"step":3,/);
  assert.ok(expected.startsWith(metrics), "the third step was done twice, to the same bits");
  assert.ok(weightsOf("lost", 2).equals(weightsOf("whole", 2)), "the checkpoint is whole");
});

test("a warm start whose GPU is lost goes on to the same bits", () => {
  const sft = (name: string, losses: string) => {
    const sizes = ["sft.steps=4", "sft.batch=4", "sft.evalEvery=4", "eval.prompts=2", "eval.completions=2", "output.checkpointEvery=2"];
    const set = [...sizes, `output.dir=${join(folder, name)}`].flatMap((key) => ["--set", key]);
    return onLostGpu(name, losses, ["sft", "configs/sort_sft.yaml", ...set, "--auto-resume", "2"]);
  };
  assert.equal(sft("sft", "never").status, 0);
  const lost = sft("lost-sft", "1,3,never");
  assert.equal(lost.status, 0, lost.stderr);
  assert.equal(lost.stderr.match(/^note: the GPU was lost .* going on/gm)?.length, 2, lost.stderr);
  assert.equal(metricsOf("lost-sft"), metricsOf("sft"));
  assert.ok(weightsOf("lost-sft", 4).equals(weightsOf("sft", 4)));
});

test("a run whose GPU is lost before it has a folder leaves the run that is there alone", () => {
  assert.equal(train("other", "never").status, 0);
  const [metrics, weights] = [metricsOf("other"), weightsOf("other", 4)];
  for (const more of [[], ["--overwrite"]]) {
    const lost = train("other", "load", "--auto-resume", "--set", "grpo.steps=6", ...more);
    assert.notEqual(lost.status, 0, lost.stderr);
    assert.match(lost.stderr, more.length > 0 ? /^error: the GPU was lost/m : /^error: .*other already holds a run/m);
    assert.doesNotMatch(lost.stderr, /going on/);
    assert.equal(metricsOf("other"), metrics);
    assert.ok(weightsOf("other", 4).equals(weights));
  }
});

/** What became of a run whose attempts reach these steps and then lose the GPU; the last attempt ends well. */
async function outcome(options: { readonly autoResume?: number | true }, reaches: readonly number[]): Promise<string> {
  let attempts = 0;
  const attempt = async (): Promise<void> => {
    attempts += 1;
    if (attempts <= reaches.length) throw new DeviceLostError("the GPU was lost; open it again");
  };
  const done = async (): Promise<number> => reaches[attempts - 1]!;
  const end = await withAutoResume(options, { attempt, begun: 2, done, pause: 0 }).then(
    () => "ended",
    () => "lost",
  );
  return `${end} after ${attempts}`;
}

test("attempts end with their number, and where the last one came no further", async (context) => {
  context.mock.method(process.stderr, "write", () => true);
  assert.equal(await outcome({}, [5]), "lost after 1");
  assert.equal(await outcome({ autoResume: true }, [3, 4, 5]), "ended after 4");
  assert.equal(await outcome({ autoResume: true }, [3, 4, 5, 6]), "lost after 4");
  assert.equal(await outcome({ autoResume: 1 }, [3, 4]), "lost after 2");
  assert.equal(await outcome({ autoResume: 5 }, [4, 4]), "lost after 2");
  assert.equal(await outcome({ autoResume: 5 }, [2]), "lost after 1");
  await assert.rejects(
    withAutoResume({ autoResume: 3 }, { attempt: () => Promise.reject(new Error("another")), begun: 0, done: async () => 9, pause: 0 }),
    /another/,
  );
});
