import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { CONFIGURATION, configurationPage } from "../../scripts/document_options.ts";
import { listOptions } from "../../src/rl/config/index.ts";

test("docs/configuration.md is what the schemas say; node --import tsx scripts/document_options.ts writes it", async () => {
  assert.equal(await readFile(CONFIGURATION, "utf8"), configurationPage());
});

test("every option has a sentence", () => {
  for (const command of ["train", "sft"] as const) {
    for (const { path, description } of listOptions(command)) assert.match(description, /^[A-Za-z].*\.$/, `${command}: ${path}`);
  }
});

test("every option that is null by default says what null means", () => {
  const rows = [...configurationPage().matchAll(/^\| `(\S+)` \| `null` \|(.*)$/gm)];
  assert.ok(rows.length > 30);
  for (const [, path, meaning] of rows) assert.match(meaning!, /\bnull\b/, path);
});
