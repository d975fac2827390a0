import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSubject } from "../../src/cli/subject.ts";
import { type Prompt, promptText, withTemplateVariables } from "../../src/data/prompt.ts";
import { byteLevelTokenizer } from "../data/tiny_tokenizers.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-subject-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const promptsOf = (problems: readonly { readonly prompt: Prompt }[]): Prompt[] => problems.map(({ prompt }) => prompt);

test("a task of data is evaluated on its evalSplit, and its template variables and its rewards' limits are kept", async () => {
  const data = join(folder, "split");
  mkdirSync(data);
  writeFileSync(join(data, "train.jsonl"), '{"prompt":"a"}\n{"prompt":"b"}\n');
  writeFileSync(join(data, "test.jsonl"), '{"prompt":"c"}\n{"prompt":"d"}\n');
  const loops = join(folder, "loops.mjs");
  writeFileSync(loops, "export default () => new Promise(() => {});");
  const task = { data, evalSplit: "test", rewards: [{ name: loops, timeout: 0.5 }], stop: ["\n"] };
  const subject = await readSubject({ ...task, chat: true, templateVariables: { enable_thinking: false } });
  const asked = (content: string): Prompt => [{ role: "user", content }];
  assert.deepEqual(promptsOf(subject.trainProblems), [asked("a"), asked("b")]);
  assert.deepEqual(promptsOf(subject.evalProblems), [asked("c"), asked("d")]);
  assert.deepEqual(subject.stop, ["\n"]);

  const template = "{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %}<no thoughts>{% endif %}";
  const tokenizer = byteLevelTokenizer({ config: { chat_template: template } });
  assert.equal(promptText(tokenizer, asked("c")), "c");
  assert.equal(promptText(withTemplateVariables(tokenizer, subject.templateVariables), asked("c")), "c<no thoughts>");

  const [{ name, reward }] = subject.rewards as [(typeof subject.rewards)[number]];
  assert.equal(name, "loops");
  const input = { prompts: ["c"], completions: ["x"], completionIds: [[1]], columns: {}, state: { step: 1 } };
  await assert.rejects(async () => reward(input), /loops\.mjs failed on the prompt "c": it took longer than 0\.5 s/);
});

test("rows of another file, and of another split of it, are evaluated on", async () => {
  const [data, other] = [join(folder, "own"), join(folder, "other")];
  for (const dir of [data, other]) mkdirSync(dir);
  writeFileSync(join(data, "dev.jsonl"), '{"prompt":"a"}\n');
  for (const split of ["dev", "test"]) writeFileSync(join(other, `${split}.jsonl`), `{"prompt":"other ${split}"}\n`);
  const evaluatedOn = async (more: object): Promise<Prompt[]> => {
    const { trainProblems, evalProblems } = await readSubject({ data, split: "dev", rewards: ["repetition"], ...more });
    assert.deepEqual(promptsOf(trainProblems), ["a"]);
    return promptsOf(evalProblems);
  };
  assert.deepEqual(await evaluatedOn({ evalData: other }), ["other dev"]);
  assert.deepEqual(await evaluatedOn({ evalData: other, evalSplit: "test" }), ["other test"]);
});
