import assert from "node:assert/strict";
import { lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { type HostTensor, serializeSafetensors } from "../../src/io/safetensors.ts";
import { readData } from "../../src/node/data_files.ts";
import { resolveData, resolveModel } from "../../src/node/hub.ts";
import { progressLine } from "../../src/node/hub_progress.ts";
import { linkFile } from "../../src/node/hub_repository.ts";
import { serveHub, useHub } from "./hub_server.ts";

const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const weights = (length: number): Uint8Array => {
  const data = Float32Array.from({ length }, (_, i) => Math.sin(i));
  return serializeSafetensors(new Map<string, HostTensor>([["a", { dtype: "F32", shape: [length], data }]]));
};
const commit = "0123456789abcdef0123456789abcdef01234567";
const sizes = { hidden_size: 4, intermediate_size: 4, num_hidden_layers: 1, num_attention_heads: 1, max_position_embeddings: 8 };
const config = { model_type: "llama", vocab_size: 3, ...sizes };
const basics = { "config.json": text(config), ...textsOf(characterTokenizer("01$").files) };

function textsOf(files: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)]));
}

/** A model with weights, of which other files are changed or, where undefined, missing. */
function unfit(changed: Readonly<Record<string, Uint8Array | undefined>>): { commit: string; files: Record<string, Uint8Array> } {
  const all = Object.entries({ ...basics, "model.safetensors": weights(5000), ...changed });
  return { commit, files: Object.fromEntries(all.flatMap(([path, content]) => (content ? [[path, content] as const] : []))) };
}

const hub = await serveHub({
  "models/org/whole": {
    commit,
    files: { ...basics, "README.md": text("hello"), "model.safetensors": weights(5000), "pytorch_model.bin": text("x") },
  },
  "models/org/sharded": {
    commit,
    files: {
      ...basics,
      "one.safetensors": weights(400),
      "other.safetensors": weights(300),
      "model.safetensors.index.json": text({ weight_map: { a: "one.safetensors" } }),
    },
  },
  "models/org/pickled": { commit, files: { ...basics, "pytorch_model.bin": weights(400) } },
  "models/org/gated": { commit, files: { ...basics, "model.safetensors": weights(400) }, token: "hf_right" },
  "models/org/busy": { commit, files: { ...basics, "model.safetensors": weights(400) } },
  "models/org/breaks": { commit, files: { ...basics, "model.safetensors": weights(5000) } },
  "models/org/gemma": unfit({ "config.json": text({ model_type: "gemma" }) }),
  "models/org/quantised": unfit({ "config.json": text({ ...config, quantization_config: { bits: 4 } }) }),
  "models/org/unconfigured": unfit({ "config.json": undefined }),
  "models/org/slow": unfit({ "tokenizer.json": undefined, "vocab.json": text({}) }),
  "models/org/adapter": {
    commit,
    files: { "adapter_config.json": text({ base_model_name_or_path: "org/gemma" }), "adapter_model.safetensors": weights(400) },
  },
  "datasets/org/rows": {
    commit,
    files: {
      "README.md": text("rows"),
      "data/train-00000-of-00002.parquet": weights(400),
      "data/train-00001-of-00002.parquet": text("2"),
      "data/test-00000-of-00001.parquet": text("3"),
    },
  },
  "datasets/org/chats": {
    commit,
    files: Object.fromEntries(
      ["train_sft-00000-of-00002", "train_sft-00001-of-00002", "train_gen-00000-of-00001", "test_sft-00000-of-00001-ab12"].map((name) => [
        `data/${name}.parquet`,
        text(name),
      ]),
    ),
  },
  "datasets/org/mixed": {
    commit,
    files: {
      "data/train-0.jsonl": text("0"),
      "data/train-1.jsonl": text("1"),
      "data/train_sft.jsonl": text("2"),
      "data/my.dev.jsonl": text("3"),
      "data/part-0-eval.jsonl": text("4"),
      "data/part-1-eval.jsonl": text("5"),
      "test_set/test_a.jsonl": text("6"),
    },
  },
  "datasets/org/two": { commit, files: { "main/train.jsonl": text('{"question":"1+1","answer":"2"}\n'), "other/train.jsonl": text("{}") } },
});
const cache = await mkdtemp(join(tmpdir(), "entropic-hub-"));
const endHub = useHub(hub, cache);
after(async () => {
  endHub();
  await rm(cache, { recursive: true });
});

/** One line of a FileError. */
const refused = (wanted: RegExp) => (error: Error) => {
  assert.equal(error.name, "FileError", String(error));
  assert.match(error.message, wanted);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

test("a model of the hub comes with what it needs and nothing else, once, into the layout of Hugging Face's cache", async () => {
  const folder = await resolveModel("org/whole");
  assert.equal(folder, join(cache, "models--org--whole", "snapshots", commit));
  assert.deepEqual(new Uint8Array(await readFile(join(folder, "model.safetensors"))), weights(5000));
  assert.deepEqual(JSON.parse(await readFile(join(folder, "config.json"), "utf8")), config);
  const isLink = (await lstat(join(folder, "model.safetensors"))).isSymbolicLink();
  // Windows makes links for those alone who have the right to.
  if (isLink || process.platform !== "win32")
    assert.match(await readlink(join(folder, "model.safetensors")), /^\.\.[/\\]\.\.[/\\]blobs[/\\][0-9a-f]{64}$/);
  assert.equal(await readFile(join(cache, "models--org--whole", "refs", "main"), "utf8"), commit);
  for (const unwanted of ["README.md", "pytorch_model.bin"]) await assert.rejects(readFile(join(folder, unwanted)), { code: "ENOENT" });
  const { length } = hub.requests;
  assert.equal(await resolveModel("org/whole"), folder);
  assert.equal(hub.requests.length, length, "a name that was resolved asks nobody again");
  assert.equal(await resolveModel("org/whole@v1"), folder);
  assert.ok(!hub.requests.slice(length).some((request) => request.includes("/resolve/")), "nothing is downloaded twice");
});

test("of a model in shards those come that its index names", async () => {
  const folder = await resolveModel(`org/sharded@${commit}`);
  assert.deepEqual(new Uint8Array(await readFile(join(folder, "one.safetensors"))), weights(400));
  await assert.rejects(readFile(join(folder, "other.safetensors")), { code: "ENOENT" });
});

test("a model that cannot be taken is refused before its weights are downloaded, and leaves the cache without a model", async () => {
  const reasons = [
    ["gemma", "EngineError", /^config\.json: model_type is "gemma"; it must be one of gemma2, gemma3_text, /],
    ["quantised", "EngineError", /^config\.json: quantization_config .*quantised weights are not read/],
    ["unconfigured", "FileError", /holds no config\.json; a Hugging Face model folder needs it/],
    ["slow", "FileError", /^org\/slow on the hub has no tokenizer\.json; take a repository with a fast tokenizer\.$/],
  ] as const;
  for (const [name, kind, reason] of reasons) {
    hub.requests.length = 0;
    await assert.rejects(resolveModel(`org/${name}`), (error: Error) => error.name === kind && reason.test(error.message), name);
    assert.ok(hub.requests.length > 0 && !hub.requests.some((request) => request.includes(".safetensors")), hub.requests.join("\n"));
    await assert.rejects(readFile(join(cache, `models--org--${name}`, "refs", "main")), { code: "ENOENT" }, name);
  }
  const taken: unknown[] = [];
  const folder = await resolveModel("org/gemma", (given) => taken.push(given));
  assert.deepEqual(taken, [{ model_type: "gemma" }], "a builder of one's own decides what it takes");
  assert.deepEqual(new Uint8Array(await readFile(join(folder, "model.safetensors"))), weights(5000));
  assert.match(await resolveModel("org/adapter"), /models--org--adapter/);
});

test("a connection that breaks half way is gone on with", async () => {
  hub.breaks.push(4000, 7000);
  const folder = await resolveModel("org/breaks");
  assert.deepEqual(new Uint8Array(await readFile(join(folder, "model.safetensors"))), weights(5000));
  const ranges = hub.requests.filter((request) => request.includes("org/breaks/resolve") && request.includes("model.safetensors"));
  assert.ok(ranges.length >= 3, `the file was asked for ${ranges.length} times`);
});

test("what the hub refuses is said in one line that names the remedy", async () => {
  await assert.rejects(resolveModel("org/none"), refused(/org\/none is neither a path here nor a model on the hub; check the name/));
  await assert.rejects(resolveModel("org/whole@v9"), refused(/nor a model on the hub with the revision "v9"/));
  await assert.rejects(resolveModel("broken/server"), refused(/The hub answers 503 for the model broken\/server; try again later/));
  await assert.rejects(
    resolveModel("org/pickled"),
    refused(/has no model\.safetensors: its weights are in pytorch_model\.bin; take a repository/),
  );
  await assert.rejects(resolveModel("org/gated"), refused(/refuses the model org\/gated \(401\).*set HF_TOKEN/));
  process.env.HF_TOKEN = "hf_wrong";
  await assert.rejects(resolveModel("org/gated"), refused(/org\/gated \(401\).*HF_TOKEN may not read it: accept its terms/));
  process.env.HF_TOKEN = "wrong";
  await assert.rejects(resolveModel("org/gated"), refused(/HF_TOKEN does not begin with hf_/));
  process.env.HF_TOKEN = "hf_right";
  hub.seenByStorage.length = 0;
  assert.match(await resolveModel("org/gated"), /models--org--gated/);
  assert.ok(hub.seenByStorage.length > 0 && hub.seenByStorage.every((header) => header === undefined), "the token stays with the hub");
  delete process.env.HF_TOKEN;
});

test("without the hub the cache serves, and what it lacks is said in one line", async () => {
  const folder = join(cache, "models--org--whole", "snapshots", commit);
  process.env.HF_HUB_OFFLINE = "1";
  const { length } = hub.requests;
  assert.equal(await resolveModel("org/whole@main"), folder);
  await assert.rejects(
    resolveModel("org/none"),
    refused(/HF_HUB_OFFLINE is set, and its cache here holds no model "org\/none"; connect, or/),
  );
  assert.equal(hub.requests.length, length);
  delete process.env.HF_HUB_OFFLINE;
  process.env.HF_ENDPOINT = "http://127.0.0.1:9";
  await assert.rejects(resolveModel("org/none"), refused(/The hub cannot be reached, and its cache here holds no model "org\/none"/));
  assert.equal(await resolveModel(`org/whole@${commit}`), folder);
  process.env.HF_ENDPOINT = hub.url;
});

test("a hub that is too busy to answer stops nobody whose model is in the cache", async (context) => {
  const write = context.mock.method(process.stderr, "write", () => true);
  const folder = join(cache, "models--org--busy", "snapshots", commit);
  assert.equal(await resolveModel("org/busy"), folder);
  write.mock.resetCalls();
  for (const [at, status] of [503, 429].entries()) {
    hub.failures.push(status);
    // A name that was resolved would ask nobody again.
    assert.equal(await resolveModel(at === 0 ? "org/busy@main" : `org/busy@${commit}`), folder);
    const told = write.mock.calls.map(({ arguments: [line] }) => line);
    assert.deepEqual(told, [`note: the hub answers ${status}; org/busy is read from ${folder}\n`]);
    write.mock.resetCalls();
  }
  hub.failures.push(403);
  await assert.rejects(resolveModel("org/busy@v1"), refused(/The hub refuses the model org\/busy \(403\)/));
});

test("paths are left alone", async () => {
  for (const name of ["src/node", "runs/a/b", "org/name@", "./none", "../none", "none", "/none/none", "a/..", "org/name@../x"]) {
    assert.equal(await resolveModel(name), name);
  }
});

const names = (paths: readonly string[] = []): string[] =>
  paths.map((path) => path.replace(/^.*snapshots[/\\]\w+[/\\]/, "").replaceAll("\\", "/"));

test("a split may have an underscore, and a word that several splits share chooses none of them", async () => {
  assert.deepEqual(names(await resolveData("org/chats", "train_sft")), [
    "data/train_sft-00000-of-00002.parquet",
    "data/train_sft-00001-of-00002.parquet",
  ]);
  assert.deepEqual(names(await resolveData("org/chats", "test_sft")), ["data/test_sft-00000-of-00001-ab12.parquet"]);
  assert.deepEqual(names(await resolveData("org/chats", "test")), ["data/test_sft-00000-of-00001-ab12.parquet"]);
  await assert.rejects(
    resolveData("org/chats", "train"),
    refused(/org\/chats on the hub has several splits with the word train; name one: train_gen, train_sft\.$/),
  );
  await assert.rejects(
    resolveData("org/chats", "train_dpo"),
    refused(/has no Parquet, JSONL or CSV file of the split train_dpo; it has data/),
  );
  assert.deepEqual(names(await resolveData("org/mixed", "train")), ["data/train-0.jsonl", "data/train-1.jsonl"]);
  assert.deepEqual(names(await resolveData("org/mixed", "dev")), ["data/my.dev.jsonl"]);
  assert.deepEqual(names(await resolveData("org/mixed", "train-1")), ["data/train-1.jsonl"]);
  assert.deepEqual(names(await resolveData("org/mixed", "eval")), ["data/part-0-eval.jsonl", "data/part-1-eval.jsonl"]);
  assert.deepEqual(names(await resolveData("org/mixed", "test")), ["test_set/test_a.jsonl"]);
});

test("files of a data set come by split, by file and by folder", async () => {
  assert.deepEqual(names(await resolveData("org/rows", "train")), [
    "data/train-00000-of-00002.parquet",
    "data/train-00001-of-00002.parquet",
  ]);
  const one = "data/test-00000-of-00001.parquet";
  assert.deepEqual(names(await resolveData(`org/rows@v1/${one}`, "train")), [one]);
  await assert.rejects(resolveData("org/rows", "dev"), refused(/has no Parquet, JSONL or CSV file of the split dev; it has data\/test/));
  await assert.rejects(
    resolveData("org/two", "train"),
    refused(/of the split train in several folders; name one: org\/two\/main, org\/two\/other/),
  );
  assert.deepEqual(names(await resolveData("org/two/main", "train")), ["main/train.jsonl"]);
  await assert.rejects(resolveData("org/none"), refused(/org\/none is neither a path here nor a data set on the hub/));
  for (const path of ["src/node", "src/none/rows.jsonl", "./a/b", "rows.jsonl"]) assert.equal(await resolveData(path), undefined, path);
  process.env.HF_HUB_OFFLINE = "1";
  assert.deepEqual(names(await resolveData("org/rows", "test")), [one]);
  delete process.env.HF_HUB_OFFLINE;
});

test("a task's data may be rows of the hub", async () => {
  const { rows } = await readData("org/two/main", "train");
  assert.deepEqual(rows, [{ question: "1+1", answer: "2" }]);
});

test("where no links can be made, a file is copied, under its name only once it is whole", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-links-"));
  context.after(() => rm(folder, { recursive: true }));
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error("no right to make links"), { code: "EPERM" });
  };
  const [blob, path] = [join(folder, "blob"), join(folder, "snapshot", "config.json")];
  await assert.rejects(linkFile(blob, path, refuse), { code: "ENOENT" });
  assert.deepEqual(await readdir(join(folder, "snapshot")), []);
  await writeFile(blob, "{}");
  await linkFile(blob, path, refuse);
  assert.ok((await lstat(path)).isFile());
  assert.equal(await readFile(path, "utf8"), "{}");
  assert.deepEqual(await readdir(join(folder, "snapshot")), ["config.json"]);
});

test("progress says how much has come, how fast, and how long it takes", () => {
  const state = { title: "org/name", total: 1e9, done: 4.5e8, had: 5e7, milliseconds: 40_000 };
  assert.equal(progressLine(state), "org/name: 450.0 MB of 1.0 GB, 10.0 MB/s, 55 s left");
  assert.equal(progressLine({ ...state, done: 5e7 }), "org/name: 50.0 MB of 1.0 GB");
});
