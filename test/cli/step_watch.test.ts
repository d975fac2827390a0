import assert from "node:assert/strict";
import type { SpawnSyncReturns } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createStepWatch } from "../../src/cli/step_watch.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { readSafetensors } from "../../src/io/safetensors.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { entropic, refusal } from "../cli_command.ts";
import { copyOverflowingModel, scaleTensors } from "../overflowing_model.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MODEL = join(ROOT, "models/checkpoints/countdown-base");
const folder = mkdtempSync(join(tmpdir(), "entropic-watch-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The words of four small steps of the quickstart. */
function small(name: string, options: readonly string[], ...more: string[]): string[] {
  const sizes = ["grpo.steps=4", "grpo.prompts=4", "grpo.completions=4", "eval.every=0", "eval.prompts=4", "eval.completions=2"];
  const set = [`output.dir=${join(folder, name)}`, `model=${MODEL}`, ...sizes, ...more];
  return ["train", join(ROOT, "configs/quickstart.yaml"), "--no-plots", ...options, ...set.flatMap((key) => ["--set", key])];
}

const errorsOf = ({ stderr }: SpawnSyncReturns<string>): string[] => stderr.split("\n").filter((line) => line.startsWith("error: "));
const finalModel = (name: string): Promise<unknown> => readSafetensors(join(folder, name, "checkpoints/step-000004/model.safetensors"));
const jsonOf = (name: string, file: string) => JSON.parse(readFileSync(join(folder, name, file), "utf8"));

test("--profile prints and writes what two steps cost, and trains as without it", async () => {
  const profiled = entropic(...small("profiled", ["--profile", "2"]));
  assert.equal(profiled.status, 0, profiled.stderr);
  assert.match(profiled.stdout, /profile of steps 3 to 4 on .*\n(.*\n)+phase +kernel .*\n(.*\n)*update +matmul\//);
  assert.equal(entropic(...small("plain", [])).status, 0);
  assert.deepEqual(await finalModel("profiled"), await finalModel("plain"));

  const summary = jsonOf("profiled", "profile.json");
  assert.deepEqual(summary.steps, [3, 4]);
  const calls = summary.kernels.reduce((sum: number, group: { calls: number }) => sum + group.calls, 0);
  assert.equal(calls, summary.profiled.dispatches);
  const parts = new Set(summary.parts.map(({ name }: { name: string }) => name));
  for (const part of ["layers.0", "layers.1", "optim", "sample"]) assert.ok(parts.has(part), part);
  const events: { ph: string; pid: number; name: string }[] = jsonOf("profiled", "trace.json").traceEvents;
  assert.equal(events.filter(({ ph, pid }) => ph === "X" && pid === 2).length, 2 * calls);
  assert.deepEqual([...new Set(events.filter(({ ph, pid }) => ph === "X" && pid === 1).map(({ name }) => name))].sort(), [
    "encode",
    "sampling",
    "step 3",
    "step 4",
    "update",
  ]);
});

test("--profile refuses what it cannot do before anything is written", async () => {
  for (const [value, pattern] of [
    ["0", /argument '0' is invalid.*at least 1/],
    ["-1", /argument '-1' is invalid.*at least 1/],
    ["2.5", /argument '2\.5' is invalid.*whole number/],
    ["abc", /argument 'abc' is invalid.*whole number/],
    ["3", /--profile 3 needs 5 steps, 2 of them to warm up; grpo\.steps is 4/],
  ] as const) {
    const refused = await refusal(...small("never", ["--profile", value]));
    assert.equal(refused.status, 2, refused.stderr);
    assert.equal(refused.errors.length, 1, refused.stderr);
    assert.match(refused.errors[0]!, pattern);
  }
  assert.equal((await refusal(...small("never", ["--profile", "1", "--debug-nan"]))).status, 2);
  assert.ok(!existsSync(join(folder, "never")));
});

test("--debug-nan lets a sound run pass, and names the kernel that large weights overflow first", async () => {
  const sound = entropic(...small("sound", ["--debug-nan"], "grpo.steps=1"));
  assert.equal(sound.status, 0, sound.stderr);

  const model = join(folder, "model");
  cpSync(MODEL, model, { recursive: true });
  // Numbers that are finite themselves, so that the model loads.
  await scaleTensors(model, { "model.layers.1.mlp.down_proj.weight": 1e38, "model.layers.1.mlp.up_proj.weight": 1e6 });
  const poisoned = entropic(...small("poisoned", ["--debug-nan"], `model=${model}`));
  assert.equal(poisoned.status, 1, poisoned.stderr);
  assert.equal(errorsOf(poisoned).length, 1, poisoned.stderr);
  assert.match(
    errorsOf(poisoned)[0]!,
    /^error: before the first step: matmul\/\w+ \(matmul model\.layers\.1\.mlp\.down_proj\.weight\) wrote \d+ non-finite values? to \w+ \[.*\]; first at row \d+, column \d+$/,
  );
});

test("--debug-nan names the step in which training breaks", async () => {
  const model = join(folder, "overflowing");
  await copyOverflowingModel(MODEL, model);
  const broken = entropic(...small("broken", ["--debug-nan"], `model=${model}`));
  assert.equal(broken.status, 1, broken.stdout);
  assert.match(errorsOf(broken).join("\n"), /^error: step [12]: \w+\/\w+ \(.*\) wrote \d+ non-finite values? to \w+ \[.*\]; first at .*$/);
});

test("a run that ends early shows the steps it has profiled, or says that there are none", async () => {
  const device = await openDevice({ timestamps: true });
  const shown = async (count: number): Promise<string> => {
    const watch = await createStepWatch({ profile: 5 }, { device, dir: folder });
    let text = "";
    const show = (more: string): void => {
      text += more;
    };
    for (let step = 1; step <= count; step += 1) {
      const run = async (): Promise<number> => {
        submitPass(device, "decode", () => {});
        return step;
      };
      assert.equal(await watch.step(step, run, show), step);
    }
    await watch.end(show);
    assert.equal(device.observer, undefined);
    return text;
  };
  assert.match(await shown(4), /^\nprofile of steps 3 to 4 on /);
  assert.match(await shown(2), /^no profile: /);
  device.destroy();
});
