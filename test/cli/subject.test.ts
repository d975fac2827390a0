import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { withFoundFiles, withKeptDate } from "../../src/cli/subject.ts";
import { withTemplateVariables } from "../../src/data/prompt.ts";
import { byteLevelTokenizer } from "../data/tiny_tokenizers.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-subject-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const configs = join(folder, "configs");
for (const dir of ["configs/beside", "mine", "countdown-base"]) mkdirSync(join(folder, dir), { recursive: true });
writeFileSync(join(configs, "rows.jsonl"), '{"prompt":"a"}\n');

const found = (config: object): unknown => withFoundFiles(config, configs);

test("a model and an adapter are found beside the configuration, then in the working folder, and named by their whole paths", () => {
  assert.deepEqual(found({ model: "../mine", lora: { rank: 4, adapter: "beside" } }), {
    model: join(folder, "mine"),
    lora: { rank: 4, adapter: join(configs, "beside") },
  });
  assert.deepEqual(found({ model: "src/cli", lora: { adapter: null } }), { model: resolve("src/cli"), lora: { adapter: null } });
  assert.deepEqual(found({ model: "../mine", task: { data: "rows.jsonl" } }), {
    model: join(folder, "mine"),
    task: { data: join(configs, "rows.jsonl") },
  });
});

test("names of shipped models, of the hub, and of what is not there stay names", () => {
  for (const model of ["models/checkpoints/countdown-base", "sort-base", "Qwen/Qwen2.5-0.5B-Instruct", "runs/none", "/absent"]) {
    assert.deepEqual(found({ model }), { model });
  }
  assert.deepEqual(withFoundFiles({ model: "countdown-base" }, folder), { model: join(folder, "countdown-base") }, "a folder of one's own");
  for (const config of [undefined, {}, { model: { model_type: "llama" } }, { task: { name: "countdown" } }]) {
    assert.deepEqual(found(config as object), config);
  }
});

test("a run whose chat template asks for the date keeps the one it began with, and no other run does", () => {
  const template = "{{ strftime_now('%Y-%m-%dT%H:%M:%S') }}";
  const dated = byteLevelTokenizer({ config: { chat_template: template } });
  const task = { name: "data", data: "a.jsonl", templateVariables: { date_string: "today" } };
  const kept = withKeptDate({ task }, dated);
  const moment = dated.renderChat([], { addGenerationPrompt: true });
  assert.deepEqual(kept, { task: { ...task, templateVariables: { strftime_now: moment, date_string: "today" } } });
  const resumed = withTemplateVariables(dated, kept.task.templateVariables);
  assert.equal(resumed.renderChat([], { addGenerationPrompt: true }), moment);
  assert.deepEqual(withKeptDate({ task: { data: "a.jsonl" } }, byteLevelTokenizer({ files: { "chat_template.jinja": template } })), {
    task: { data: "a.jsonl", templateVariables: { strftime_now: moment } },
  });
  const given = { task: { data: "a.jsonl", templateVariables: { strftime_now: "2024-07-26" } } };
  assert.deepEqual(withKeptDate(given, dated), given);
  const counted = { task: { name: "countdown" } };
  assert.equal(withKeptDate(counted, dated), counted);
  const undated = { task };
  assert.equal(withKeptDate(undated, byteLevelTokenizer({ config: { chat_template: "{{ date_string }}" } })), undated);
});
