import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readData } from "../../src/node/data_files.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-files-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
}

test("a folder has splits: files, or folders of them, whose names begin so", async () => {
  mkdirSync(join(folder, "set/test"), { recursive: true });
  file("set/train-00000.jsonl", '{"a":1}');
  file("set/train-00001.jsonl", '{"a":2}');
  file("set/trainer.jsonl", '{"a":3}');
  file("set/test/0.jsonl", '{"a":4}');
  assert.deepEqual((await readData(join(folder, "set"), "train")).rows, [{ a: 1 }, { a: 2 }]);
  assert.deepEqual((await readData(join(folder, "set"), "test")).rows, [{ a: 4 }]);
  await assert.rejects(readData(join(folder, "set"), "valid"), /has no split valid: it holds .*train-00000\.jsonl.*; set task\.split/);
  await assert.rejects(readData(join(folder, "nothing"), "train"), /there is no data .*nothing/);
});

test("CSV beside files with types is left aside, and taken where there are no others of the split", async () => {
  const dir = join(folder, "beside");
  mkdirSync(dir);
  for (const [name, text] of [
    ["train.jsonl", '{"q":1}\n'],
    ["train.csv", "q\n1\n"],
    ["test.csv", "q\n2\n"],
  ] as const)
    writeFileSync(join(dir, name), text);
  assert.deepEqual((await readData(dir, "train")).rows, [{ q: 1 }]);
  assert.deepEqual((await readData(dir, "test")).rows, [{ q: "2" }]);
});

test("a folder's split is found as one of the hub is: a word that several splits share chooses none of them", async () => {
  mkdirSync(join(folder, "chats"), { recursive: true });
  const names = ["train_sft-00000-of-00002", "train_sft-00001-of-00002", "train_gen-00000-of-00001", "test_sft-00000-of-00001"];
  for (const [a, name] of names.entries()) file(`chats/${name}.JSONL`, JSON.stringify({ a }));
  const rows = async (split: string) => (await readData(join(folder, "chats"), split)).rows;
  await assert.rejects(rows("train"), /^FileError: .*chats has several splits with the word train; name one: train_gen, train_sft\.$/);
  assert.deepEqual(await rows("train_sft"), [{ a: 0 }, { a: 1 }]);
  assert.deepEqual(await rows("test"), [{ a: 3 }]);
  await assert.rejects(rows("sf"), /has no split sf: it holds .*; set task\.split/);
  mkdirSync(join(folder, "lists"), { recursive: true });
  file("lists/my.dev.json", '[{"a":1}]');
  assert.deepEqual((await readData(join(folder, "lists"), "dev")).rows, [{ a: 1 }]);
});
