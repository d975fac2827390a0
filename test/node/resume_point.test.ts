import assert from "node:assert/strict";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkpointDir } from "../../src/io/run_folder.ts";
import { findResumePoint } from "../../src/node/resume_point.ts";
import { createRandom } from "../../src/random.ts";
import { type Changes, damages, stateOf, writeTiny } from "./damaged_checkpoints.ts";

const folder = await mkdtemp(join(tmpdir(), "resume-point-"));
after(() => rm(folder, { recursive: true }));
const whole = join(folder, "whole");
for (const step of [2, 4]) await writeTiny(whole, step);

/** More in the nightly run. */
const ROUNDS = Number(process.env.DAMAGE_ROUNDS ?? 4);
/** What a checkpoint says: every file, and state.json without regard to its indentation. */
async function contentOf(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), "base64")));
  const state: unknown = JSON.parse(await readFile(join(dir, "state.json"), "utf8"));
  return { ...Object.fromEntries(names.map((name, i) => [name, texts[i]!])), "state.json": JSON.stringify(state) };
}

test("the newest checkpoint is taken where it is whole, and nothing is said", async () => {
  const { point, refused } = await findResumePoint(whole);
  assert.deepEqual(refused, []);
  assert.deepEqual(point?.saved.state, stateOf(4));
});

for (const [name, damage] of Object.entries(damages)) {
  test(`${name} is named, and the checkpoint before is taken`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const dir = join(folder, "damaged");
      await rm(dir, { recursive: true, force: true });
      await cp(whole, dir, { recursive: true });
      await damage(checkpointDir(dir, 4), createRandom(round), checkpointDir(dir, 2));
      const { point, refused } = await findResumePoint(dir);
      if (point?.step === 4) {
        // A bit of the indentation may become a tab or a line end, which changes nothing.
        assert.deepEqual(await contentOf(point.path), await contentOf(checkpointDir(whole, 4)), `round ${round}`);
        continue;
      }
      assert.equal(point?.step, 2, `round ${round}`);
      assert.equal(refused.length, 1, `round ${round}`);
      assert.match(refused[0]!, /^step-000004 cannot be resumed from: .*step-000004/, `round ${round}`);
      assert.ok(!refused[0]!.includes("\n") && refused[0]!.length < 500, `round ${round}: ${refused[0]}`);
    }
  });
}

test("without a whole checkpoint there is a line for each", async () => {
  const dir = join(folder, "none");
  await cp(whole, dir, { recursive: true });
  for (const step of [2, 4]) await rm(join(checkpointDir(dir, step), "optimizer.safetensors"));
  const { point, refused } = await findResumePoint(dir);
  assert.equal(point, undefined);
  assert.equal(refused.length, 2);
  assert.match(refused[1]!, /step-000002 is incomplete: it lacks optimizer\.safetensors/);
});

const { control, ...state } = stateOf(4);
const [loop] = control.loops;

/** What is written whole, but cannot be the state of a trainer of this model: each with what names it. */
const impossible: [string, Changes, RegExp][] = [
  ["no step", { state: { ...stateOf(4), step: undefined } }, /step is missing; it must be a whole number/],
  ["a negative step", { state: { ...stateOf(4), step: -5 } }, /step is -5/],
  ["a step in quotes", { state: { ...stateOf(4), step: "4" } }, /step is "4"/],
  ["half a step", { state: { ...stateOf(4), step: 3.5 } }, /step is 3\.5/],
  ["another step", { state: stateOf(3) }, /is of step 3; its folder is named for step 4/],
  ["no tokens", { state: { ...stateOf(4), tokens: undefined } }, /tokens is missing/],
  ["an unknown field", { state: { ...stateOf(4), stepp: 4 } }, /stepp is not a known key/],
  ["no control", { state: { ...state } }, /control is missing/],
  ["control without a field", { state: { ...state, control: { ...control, loops: [{ ...loop, alpha: undefined }] } } }, /alpha is missing/],
  [
    "control of text",
    { state: { ...state, control: { ...control, loops: [{ ...loop, alpha: "0.1" }] } } },
    /control\.loops\.0\.alpha is "0\.1"/,
  ],
  [
    "control that is not a number",
    { state: { ...state, control: { ...control, control: { ...control.control, entropy: Number.NaN } } } },
    /entropy is null/,
  ],
  ["control without loops", { state: { ...state, control: { ...control, loops: [] } } }, /control\.loops is \[\]/],
  ["a long optimiser state", { state: { ...stateOf(4), optimizer: [...state.optimizer, 0] } }, /optimizer is .*a list of the 8 numbers/],
  [
    "optimiser step -1",
    { state: { ...stateOf(4), optimizer: [-1, ...state.optimizer.slice(1)] } },
    /optimizer is \[-1,.*step and skipped whole/,
  ],
  [
    "an infinite bias",
    { state: { ...stateOf(4), optimizer: [...state.optimizer.slice(0, 7), Number.POSITIVE_INFINITY] } },
    /optimizer\.7 is null/,
  ],
  ["a moment missing", { optimizer: (all) => new Map([...all].slice(1)) }, /the optimiser's state lacks tensor first\./],
  [
    "a moment too many",
    { optimizer: (all) => new Map([...all, ["third.norm", all.get("first.model.norm.weight")!]]) },
    /has the tensor third\.norm/,
  ],
  [
    "a moment of another shape",
    { optimizer: (all) => new Map([...all, ["first.model.norm.weight", { dtype: "F32", shape: [7], data: new Float32Array(7) }]]) },
    /first\.model\.norm\.weight is \[7\]; this model needs \[8\]/,
  ],
  [
    "a moment that is not a number",
    {
      optimizer: (all) =>
        new Map([...all, ["first.model.norm.weight", { dtype: "F32", shape: [8], data: new Float32Array(8).fill(Number.NaN) }]]),
    },
    /first\.model\.norm\.weight holds NaN at 0/,
  ],
];

test("a state that no trainer has is passed over, though its digests are right", async () => {
  for (const [name, changes, pattern] of impossible) {
    const dir = join(folder, name.replaceAll(" ", "-"));
    await cp(whole, dir, { recursive: true });
    await writeTiny(dir, 4, changes);
    const { point, refused } = await findResumePoint(dir);
    assert.equal(point?.step, 2, name);
    assert.match(refused[0]!, pattern, name);
  }
});
