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

/** Runs a command line on a GPU that is lost at the given submissions. */
function onLostGpu(losses: string, ...words: string[]) {
  const program = join(ROOT, "test/cli/lost_gpu_program.ts");
  return spawnSync(process.execPath, ["--import", "tsx", program, losses, ...words], { cwd: ROOT, encoding: "utf8" });
}

function small(name: string): string[] {
  const set = ["grpo.steps=5", "grpo.prompts=2", "grpo.completions=4", "eval.every=0", "eval.prompts=2", "eval.completions=2"];
  const all = [...set, `output.dir=${join(folder, name)}`, "output.checkpointEvery=2"];
  return ["train", "configs/quickstart.yaml", "--no-plots", ...all.flatMap((key) => ["--set", key])];
}

const NEVER = "1000000";
const TIMES = /"(step_time|sampling\/tokens_per_second|training\/tokens_per_second)":[^,}]+,?/g;
const metricsOf = (name: string): string => readFileSync(join(folder, name, "metrics.jsonl"), "utf8").replaceAll(TIMES, "");
const weightsOf = (name: string): Buffer => readFileSync(join(folder, name, "checkpoints/step-000005/model.safetensors"));

test("a run whose GPU is lost goes on by itself to the same bits, and without the option ends in one line", () => {
  assert.equal(onLostGpu(NEVER, ...small("whole")).status, 0);
  const ended = onLostGpu("30", ...small("ended"));
  assert.equal(ended.status, 1, ended.stderr);
  const errors = ended.stderr.split("\n").filter((line) => line.startsWith("error: "));
  assert.equal(errors.length, 1, ended.stderr);
  assert.match(errors[0]!, /^error: the GPU was lost \(.+\); open the device again and go on from the last checkpoint/);

  const resumed = onLostGpu(`${NEVER}`, "resume", join(folder, "ended"), "--no-plots");
  assert.equal(resumed.status, 0, resumed.stderr);
  const alone = onLostGpu("30,12", ...small("alone"), "--auto-resume");
  assert.equal(alone.status, 0, alone.stderr);
  assert.match(alone.stderr, /^note: the GPU was lost \(.+\) in step \d; going on \(1 of 3\)$/m);
  assert.match(alone.stderr, /going on \(2 of 3\)$/m);
  for (const name of ["ended", "alone"]) {
    assert.equal(metricsOf(name), metricsOf("whole"), name);
    assert.ok(weightsOf(name).equals(weightsOf("whole")), `weights of ${name}`);
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
