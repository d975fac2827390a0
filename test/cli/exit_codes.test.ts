import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exitCodeOf } from "../../src/cli/errors.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { fromUser, unwritable } from "../../src/cli/user_input.ts";
import { DeviceLostError, EngineError, GpuFaultError, MemoryError, NotFiniteError } from "../../src/gpu/errors.ts";
import { FileError, UnavailableError } from "../../src/io/file_error.ts";
import { refusal } from "../cli_command.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-exit-"));
after(() => rmSync(folder, { recursive: true, force: true }));

async function refused(words: readonly string[], pattern: RegExp): Promise<void> {
  const { status, stderr, errors } = await refusal(...words);
  assert.deepEqual([status, errors.length], [2, 1], `${words.join(" ")}: ${stderr}`);
  assert.match(errors[0]!, pattern);
}

const MODEL = "models/checkpoints/countdown-base";

test("models, prompts, data and adapters that cannot be exit with 2 and one line", async () => {
  const dir = ["--set", `output.dir=${join(folder, "never")}`];
  await refused(["train", "quickstart", "--set", "model=/nonexistent", ...dir], /"\/nonexistent" does not exist; give a folder/);
  await refused(
    ["train", "quickstart", "--set", "task={ data: /nonexistent.jsonl, answer: a, rewards: [math] }", ...dir],
    /there is no data \/nonexistent\.jsonl/,
  );
  await refused(["generate", "--model", "/nonexistent", "--prompt", "1"], /"\/nonexistent" does not exist/);
  await refused(["generate", "--model", MODEL, "--prompt", "no digits"], /is not in the tokenizer's alphabet/);
  await refused(["eval", "--model", MODEL, "--adapter", "nonsense"], /no adapter matches "nonsense"/);
  assert.deepEqual(readdirSync(folder), []);
});

test("a model that is there and cannot be used exits with 2, whichever command names it", async () => {
  const models = mkdtempSync(join(tmpdir(), "entropic-models-"));
  const changed = (name: string, change: object): string => {
    cpSync(MODEL, join(models, name), { recursive: true });
    const path = join(models, name, "config.json");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
    return join(models, name);
  };
  const dir = ["--set", `output.dir=${join(folder, "never")}`];
  const unknown = changed("unknown", { model_type: "nosuch" });
  for (const words of [
    ["generate", "--model", unknown, "--prompt", "1"],
    ["eval", "--model", unknown],
    ["export", "--model", unknown, "--gguf", join(folder, "never.gguf")],
    ["train", "quickstart", "--set", `model=${unknown}`, ...dir],
  ]) {
    await refused(words, /^error: config\.json: model_type is "nosuch"; it must be one of /);
  }
  await refused(["generate", "--model", changed("wide", { hidden_size: 32 }), "--prompt", "1"], /tensor .* is \[.*\]; this model needs /);
  for (const [option, pattern] of [
    ["hidden_size=15", /num_attention_heads|hidden_size/],
    ["nope=3", /"nope"|nope/],
    ["vocab_size=3", /its tokenizer has ids up to \d+; its model has a vocabulary of 3$/],
  ] as const) {
    await refused(["sft", "countdown_sft", "--set", `model.${option}`, ...dir], pattern);
  }
  rmSync(models, { recursive: true });
  assert.deepEqual(readdirSync(folder), []);
});

test("a folder for a run that cannot be made, targets that the model lacks, and too low a limit of memory exit with 2", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "mine");
  for (const [command, config] of [
    ["train", "quickstart"],
    ["sft", "countdown_sft"],
  ] as const) {
    const words = [command, config, "--set", `output.dir=${join(file, "x")}`, "--adapter", "nonsense"];
    await refused(words, /file[\\/]x cannot be made, because .*[\\/]file is a file; choose another output\.dir$/);
  }
  if (process.platform === "linux") {
    await refused(
      ["train", "quickstart", "--set", "output.dir=/sys/entropic/run"],
      /run folder \/sys\/entropic\/run could not be made \(E/,
    );
  }
  const never = ["--set", `output.dir=${join(folder, "never")}`];
  await refused(["train", "quickstart", "--set", "lora.targets=[nosuch_proj]", ...never], /target \["nosuch_proj"\]|target "nosuch_proj"/);
  await refused(["train", "quickstart", "--set", "memory=1KiB", ...never], /this needs .* memory allows 1 KiB/);
  await refused(["generate", "--model", MODEL, "--prompt", "1", "--memory", "10KB"], /this needs .* memory allows 9\.8 KiB/);
  rmSync(file);
  assert.deepEqual(readdirSync(folder), []);
});

test("a folder that holds a run is refused before a GPU is opened", async () => {
  const dir = join(folder, "taken");
  mkdirSync(dir);
  writeFileSync(join(dir, "config.yaml"), "sft: { steps: 1 }\n");
  for (const [command, config, remedy] of [
    ["train", "quickstart", /, or pass --overwrite$/],
    ["sft", "countdown_sft", /, pass --overwrite, or continue it with: .* resume .*taken$/],
  ] as const) {
    const words = [command, config, "--set", `output.dir=${dir}`, "--adapter", "nonsense"];
    await refused(words, new RegExp(`taken already holds a run; choose another output\\.dir${remedy.source}`));
  }
});

test("resume tells a checkpoint, a file and a folder without a run from a run", async () => {
  const run = join(folder, "begun");
  const checkpoint = join(run, "checkpoints", "step-000002");
  mkdirSync(checkpoint, { recursive: true });
  await refused(["resume", checkpoint], /step-000002 holds no run, because it has no config\.yaml; give the folder of a run, such as runs/);
  writeFileSync(join(run, "config.yaml"), "sft: {}\n");
  const inside = /is not the folder of a run but lies in one, which goes on from its newest checkpoint; give \S+begun$/;
  for (const place of [checkpoint, join(run, "checkpoints"), `${checkpoint}/`]) await refused(["resume", place], inside);
  await refused(["resume", "."], /^error: \. holds no run, because it has no config\.yaml; give the folder of a run/);
  await refused(["resume", join(run, "config.yaml")], /config\.yaml is a file; give the folder of a run/);
  await refused(["resume", join(folder, "absent")], /absent does not exist; give the folder of a run/);
  rmSync(run, { recursive: true });
});

test("adapters whose base model is gone are healthy: nothing advises to overwrite them", async () => {
  const dir = join(folder, "adapters");
  const checkpoint = join(dir, "checkpoints/step-000001");
  mkdirSync(checkpoint, { recursive: true });
  writeFileSync(join(dir, "config.yaml"), "model: /absent/base\ntask: { name: countdown }\nlora: { rank: 2 }\n");
  const lora = { peft_type: "LORA", r: 2, lora_alpha: 2, target_modules: ["q_proj"], base_model_name_or_path: "/absent/base" };
  writeFileSync(join(checkpoint, "adapter_config.json"), JSON.stringify(lora));
  await refused(
    ["resume", dir],
    /adapters trains adapters of the model \/absent\/base, which is not there; go to the folder(?!.*--overwrite)/,
  );
});

test("a word that is no configuration, and a configuration of another command, are answered with the remedy", async () => {
  await refused(["train", "quikstart"], /There is no configuration quikstart; did you mean quickstart\?$/);
  await refused(["train", "something-else"], /There is no configuration something-else; .* by name: .*codes, .*quickstart/);
  await refused(["sft", "maze"], /maze is a configuration of train; run it with: .* train maze$/);
  await refused(["train", "countdown_sft"], /countdown_sft is a configuration of sft/);
});

test("options that would be ignored are refused", async () => {
  for (const words of [
    ["generate", "--model", "m", "--output", "o", "--json"],
    ["bench", "--list", "--compare", "x"],
    ["bench", "--tuner", "--list"],
    ["bench", "--tuner", "--toggles", "x"],
  ]) {
    const program = await buildProgram(words[0]);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await assert.rejects(program.parseAsync(words, { from: "user" }), /cannot be used with/, words.join(" "));
  }
});

test("a file that cannot be written is refused with the remedy of its reason, before a model is run", async () => {
  const file = join(folder, "plain");
  writeFileSync(file, "mine");
  const generate = ["generate", "--model", MODEL, "--prompt", "1", "--output"];
  for (const words of [generate, ["export", "--model", MODEL, "--gguf"]]) {
    await refused([...words, folder], /cannot be written \(EISDIR\); it is a folder, so name a file in it$/);
    await refused([...words, join(folder, "absent", "x")], /cannot be written \(ENOENT\); name a file in a folder that exists$/);
    await refused([...words, join(file, "x")], /cannot be written \((ENOTDIR|ENOENT)\); name a file in a folder that exists$/);
  }
  await refused([...generate, file], /--output .*plain exists; remove it, or name another file$/);
  assert.equal(readFileSync(file, "utf8"), "mine");
  rmSync(file);
  for (const code of ["EACCES", "EROFS"])
    assert.match(unwritable("--gguf", "x", code).message, /; make it writable for this user, or name/);
  assert.match(unwritable("--gguf", "x", "EMFILE").message, /^--gguf x cannot be written \(EMFILE\); name another file$/);
});

test("what nobody typed stays a failure: a lost GPU, a full disk, a hub that is away", async () => {
  const codeOf = (error: Error): Promise<number> => fromUser(() => Promise.reject(error)).then(() => 0, exitCodeOf);
  assert.equal(await codeOf(new FileError("x does not exist; check the path.")), 2);
  assert.equal(await codeOf(new UnavailableError("x could not be written: the disk is full; free some space.")), 1);
  assert.equal(await codeOf(new UnavailableError("The hub answers 503 for the model x; try again later.")), 1);
  assert.equal(await codeOf(new EngineError('config.json: model_type is "nosuch"')), 2);
  assert.equal(await codeOf(new NotFiniteError("model.safetensors: 1 number is not finite")), 2);
  assert.equal(await codeOf(new GpuFaultError("the GPU refused a command")), 1);
  assert.equal(await codeOf(new MemoryError("the GPU has no memory left", { part: "keys", bytes: 1, limit: 1 })), 1);
  assert.equal(await codeOf(new DeviceLostError("the GPU was lost")), 1);
  assert.equal(await codeOf(new TypeError("a bug")), 1);
});
