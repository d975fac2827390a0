import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { characterTokenizer, loadTokenizer } from "../../src/data/tokenizer.ts";
import { type Checkpoint, readTrainingState, writeCheckpoint } from "../../src/io/checkpoint.ts";
import { openModelFolder } from "../../src/io/model_folder.ts";
import { type HostTensor, heldTensors, readTensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { sweepRunFolder } from "../../src/io/sweep.ts";
import { withFullDisk } from "../file_limit.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const folder = temporaryFolder("checkpoint");
const tokenizer = characterTokenizer("01=$", { eos: "$" });

function floats(...values: number[]): HostTensor {
  return { dtype: "F32", shape: [values.length], data: Float32Array.from(values) };
}

const tensors = new Map([
  ["a", floats(1, 2)],
  ["b", floats(3)],
]);
const moments = new Map([["a.m", floats(0.5, 0.25)]]);

const checkpoint: Checkpoint = {
  config: { model_type: "llama", hidden_size: 4 },
  tensors: heldTensors(tensors),
  tokenizerFiles: tokenizer.files,
  optimizer: heldTensors(moments),
  state: { step: 7, controller: { alpha: -0.1 } },
  extraFiles: { "generation_config.json": "{}" },
};

test("a checkpoint is read back whole, and nothing temporary stays", async () => {
  const dir = join(folder, "new", "step-000007");
  await mkdir(join(folder, "new", ".step-000007.partial-1"), { recursive: true });
  await writeCheckpoint(dir, checkpoint);
  const model = await openModelFolder(dir);
  assert.deepEqual(model.config, checkpoint.config);
  assert.deepEqual(await readTensors(model.tensors, dir), tensors);
  assert.deepEqual(await readTrainingState(dir), {
    optimizer: moments,
    state: checkpoint.state,
    logs: undefined,
  });
  assert.deepEqual((await loadTokenizer(dir)).encode("10=$"), [1, 0, 2, 3]);
  assert.deepEqual(await readdir(join(folder, "new")), ["step-000007"]);
});

test("a state of another version is refused, with what to do instead", async () => {
  const dir = join(folder, "versions");
  await writeCheckpoint(dir, checkpoint);
  for (const [state, version] of [
    [{ step: 7 }, "1"],
    [{ version: 2, step: 7 }, "2"],
    [{ version: 4, step: 7, sha256: "of another kind" }, "4"],
    [{ version: "new" }, '"new"'],
  ] as const) {
    await writeFile(join(dir, "state.json"), JSON.stringify(state));
    await assert.rejects(readTrainingState(dir), {
      name: "FileError",
      message: `${join(dir, "state.json")}: version is ${version}; it must be 3. Start a new run from its weights (model: ${dir}), or resume with the release that wrote it.`,
    });
  }
});

test("a checkpoint at the same place is replaced", async () => {
  const dir = join(folder, "twice");
  await writeCheckpoint(dir, checkpoint);
  await writeCheckpoint(dir, { ...checkpoint, state: undefined, tensors: heldTensors(new Map([["c", floats(9)]])) });
  assert.deepEqual([...(await openModelFolder(dir)).tensors.keys()], ["c"]);
  await assert.rejects(readTrainingState(dir), /twice is a model without the state of a run; it can be trained from, but not resumed/);
});

test("a checkpoint that replaces another keeps the user's files beside it, and its own further files are the new ones", async () => {
  const dir = join(folder, "described");
  const described = (text: string): Checkpoint => ({ ...checkpoint, extraFiles: { "README.md": text } });
  await writeCheckpoint(dir, described("first"));
  await writeFile(join(dir, "notes.txt"), "mine");
  await writeCheckpoint(dir, described("second"));
  assert.equal(await readFile(join(dir, "README.md"), "utf8"), "second");
  assert.equal(await readFile(join(dir, "notes.txt"), "utf8"), "mine");
  assert.deepEqual([...(await openModelFolder(dir)).tensors.keys()], ["a", "b"]);
});

test("a user's files outlast a writer that died after its checkpoint stepped into place", async () => {
  const run = join(folder, "swept");
  const parent = join(run, "checkpoints");
  const dir = join(parent, "step-000007");
  const diesBefore = async (next: () => Promise<void>): Promise<void> => {
    await writeCheckpoint(dir, { ...checkpoint, extraFiles: { "README.md": "first" } });
    await writeFile(join(dir, "notes.txt"), "mine");
    await rename(dir, join(parent, ".step-000007.partial-old-1"));
    await writeCheckpoint(join(parent, "new"), { ...checkpoint, extraFiles: { "README.md": "second" } });
    await rename(join(parent, "new"), dir);
    await next();
    assert.deepEqual(await readdir(parent), ["step-000007"]);
    assert.equal(await readFile(join(dir, "notes.txt"), "utf8"), "mine");
    assert.equal(await readFile(join(dir, "README.md"), "utf8"), "second");
    await openModelFolder(dir);
  };
  await diesBefore(() => sweepRunFolder(run));
  await diesBefore(() => writeCheckpoint(dir, { ...checkpoint, extraFiles: { "README.md": "second" } }));
});

test("a folder that holds what no checkpoint wrote is not replaced, nor one in which this process works", async () => {
  const dir = join(folder, "project");
  await mkdir(join(dir, "src"), { recursive: true });
  await writeFile(join(dir, "notes.txt"), "mine");
  await writeFile(join(dir, "config.json"), "mine");
  await assert.rejects(writeCheckpoint(dir, checkpoint), {
    name: "FileError",
    message: `${dir} holds config.json, which no checkpoint wrote, for state.json is missing; choose another folder`,
  });
  assert.deepEqual(await readdir(dir), ["config.json", "notes.txt", "src"]);
  const working = process.cwd();
  process.chdir(join(dir, "src"));
  try {
    for (const place of [".", "..", dir]) {
      await assert.rejects(
        writeCheckpoint(place, checkpoint),
        /is the working folder or holds it, and a checkpoint replaces its folder; choose/,
      );
    }
    await writeCheckpoint("inside", checkpoint);
  } finally {
    process.chdir(working);
  }
  await assert.rejects(writeCheckpoint("", checkpoint), { name: "FileError", message: 'the folder of a checkpoint is ""; give it a name' });
  assert.equal(await readFile(join(dir, "config.json"), "utf8"), "mine");
  await openModelFolder(join(dir, "src", "inside"));
});

test("a failed write leaves neither a folder nor a temporary one", async () => {
  const parent = join(folder, "failed");
  const short = new Map([["a", { ...heldTensors(tensors).get("a")!, shape: [3] }]]);
  await assert.rejects(writeCheckpoint(join(parent, "x"), { ...checkpoint, tensors: short }), /needs 12 bytes but holds 8; fix its shape/);
  assert.throws(() => heldTensors(new Map([["a", { ...floats(1), shape: [2] }]])), /needs 2 values but holds 1/);
  for (const name of ["../evil", "state.json", "model.safetensors", "model-00001-of-00002.safetensors"]) {
    await assert.rejects(writeCheckpoint(join(parent, "x"), { ...checkpoint, extraFiles: { [name]: "" } }), /plain file name/);
  }
  assert.deepEqual(await readdir(parent), []);
});

test("shards are joined through their index", async () => {
  const dir = join(folder, "sharded");
  await mkdir(dir);
  await writeFile(join(dir, "config.json"), "{}");
  await writeSafetensors(join(dir, "one.safetensors"), new Map([["a", floats(1)]]));
  await writeSafetensors(join(dir, "two.safetensors"), new Map([["b", floats(2)]]));
  const index = (weight_map: unknown) => writeFile(join(dir, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
  await index({ a: "one.safetensors", b: "two.safetensors" });
  assert.deepEqual([...(await openModelFolder(dir)).tensors.keys()], ["a", "b"]);
  await index({ a: "one.safetensors", c: "two.safetensors" });
  await assert.rejects(openModelFolder(dir), /two\.safetensors lacks tensor "c"/);
  await index({ a: "../one.safetensors" });
  await assert.rejects(openModelFolder(dir), /a file beside it is expected/);
});

test("what is missing or damaged is named in one line", async () => {
  const dir = join(folder, "damaged");
  const refused = async (message: RegExp) =>
    assert.rejects(
      openModelFolder(dir),
      (error: Error) => error.name === "FileError" && message.test(error.message) && !/\n/.test(error.message),
    );
  await refused(/damaged" does not exist; give a folder with config\.json/);
  await mkdir(dir);
  await refused(/damaged holds no config\.json/);
  await writeFile(join(dir, "config.json"), "{ nonsense");
  await refused(/config\.json is not valid JSON/);
  await writeFile(join(dir, "config.json"), "{}");
  await refused(/holds neither model\.safetensors nor/);
  await writeSafetensors(join(dir, "model.safetensors"), tensors);
  await truncate(join(dir, "model.safetensors"), 40);
  await refused(/model\.safetensors is truncated/);
});

test("a full disk is named with the folder that it has no room for, and nothing stays", async (context) => {
  const dir = join(folder, "full", "model");
  const script = `
    import { writeCheckpoint } from "./src/io/checkpoint.ts";
    import { heldTensors } from "./src/io/safetensors.ts";
    const tensors = heldTensors(new Map([["a", { dtype: "F32", shape: [4096], data: new Float32Array(4096) }]]));
    await writeCheckpoint(process.argv.at(-1), { config: {}, tensors, tokenizerFiles: {} }).catch((error) => console.log(error.message));`;
  const { status, stdout, stderr } = withFullDisk(script, dir);
  if (status === null) return context.skip("there is no bash");
  assert.match(stdout, /full\/model could not be written: the disk is full; free some space\.$/m, stderr);
  assert.deepEqual(await readdir(join(folder, "full")), []);
});
