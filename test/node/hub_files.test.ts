import assert from "node:assert/strict";
import { test } from "node:test";
import { dataFiles } from "../../src/node/hub_files.ts";

function chosen(paths: readonly string[], choice: { readonly split?: string; readonly path?: string }): string[] {
  const files = paths.map((path) => ({ path, size: 1, hash: "0", algorithm: "git" as const }));
  return dataFiles(files, "org/data", { split: undefined, path: undefined, ...choice }).map(({ path }) => path);
}

test("CSV files of a data set are taken where no others fit, and where they are named", () => {
  const both = ["train.csv", "data/train.parquet"];
  assert.deepEqual(chosen(both, { split: "train" }), ["data/train.parquet"]);
  assert.deepEqual(chosen(both, { path: "train.csv" }), ["train.csv"]);
  assert.deepEqual(chosen(["train.csv", "meta/notes.jsonl"], { split: "train" }), ["train.csv"]);
  assert.deepEqual(chosen(["a/train.csv", "b/train.parquet"], { path: "a", split: "train" }), ["a/train.csv"]);
  assert.deepEqual(chosen(["train-0.csv", "train-1.csv", "test.tsv"], { split: "train" }), ["train-0.csv", "train-1.csv"]);
  assert.throws(
    () => chosen(both, { split: "dev" }),
    /has no Parquet, JSONL or CSV file of the split dev; it has data\/train\.parquet, train\.csv/,
  );
});
