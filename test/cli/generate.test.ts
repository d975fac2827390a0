import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createOutput } from "../../src/cli/completion_output.ts";
import { UsageError } from "../../src/cli/errors.ts";
import { readPrompts } from "../../src/cli/prompts.ts";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { samplingDefaults, samplingOf } from "../../src/policy/sampling_defaults.ts";
import { entropic, entropicTyped } from "../cli_command.ts";
import { withFullDisk } from "../file_limit.ts";
import { needsShared, sharedPath } from "../shared.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-generate-"));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("prompts are read from options and files, as texts or as messages", async () => {
  const lines = write("a.txt", "one\n\n two \r\nthree");
  assert.deepEqual(await readPrompts({ prompt: ["zero"], file: lines }), ["zero", "one", " two ", "three"]);
  const message = { role: "user", content: "hi" };
  const objects = write("a.jsonl", `{"prompt":"a\\nb"}\n{"messages":[${JSON.stringify({ ...message, tool_calls: [] })}],"id":1}\n"c"\n`);
  assert.deepEqual(await readPrompts({ file: objects }), ["a\nb", [message], "c"]);
  assert.deepEqual(await readPrompts({ prompt: ["hi"], chat: true }), [[message]]);
});

test("a byte order mark is no part of a prompt, and the ending of a file counts in either case", async () => {
  for (const name of ["b.jsonl", "b.JSONL", "b.ndjson", "b.NdJson"]) {
    assert.deepEqual(await readPrompts({ file: write(name, '\uFEFF{"prompt":"a"}\n"b"\n') }), ["a", "b"], name);
  }
  for (const name of ["b.txt", "b.TXT", "b.json"])
    assert.deepEqual(await readPrompts({ file: write(name, "\uFEFFa\nb") }), ["a", "b"], name);
});

test("UTF-16, which PowerShell writes, is not taken for prompts", async () => {
  for (const text of ["2+2=\n", "ä=\n"]) {
    const file = write("wide.txt", Buffer.from(`\uFEFF${text}`, "utf16le"));
    await assert.rejects(readPrompts({ file }), /wide\.txt is UTF-16 text, .*save it as UTF-8/, text);
  }
});

test("what is no prompt is refused by file and line", async () => {
  const refused = (file: string | undefined, pattern: RegExp) =>
    assert.rejects(readPrompts(file === undefined ? {} : { file }), (error) => error instanceof UsageError && pattern.test(error.message));
  await refused(undefined, /there is no prompt; give --prompt TEXT or --file PATH/);
  await refused(write("empty.txt", "\n \n"), /empty\.txt holds no prompt/);
  await refused(write("bad.jsonl", '{"prompt":"a"}\n{'), /bad\.jsonl, line 2 is not valid JSON/);
  for (const value of ['{"text":"a"}', "7", '{"prompt":""}', '{"messages":[]}', '{"messages":[{"role":"user"}]}']) {
    await refused(write("other.jsonl", value), /other\.jsonl, line 1 is .*; it must be an object with the key prompt/);
  }
  const calls = { role: "assistant", content: "", tool_calls: [{ type: "function", function: { name: "add" } }] };
  await refused(
    write("calls.jsonl", `{"prompt":"a"}\n${JSON.stringify({ messages: [{ role: "user", content: "a" }, calls] })}`),
    /calls\.jsonl, line 2 holds tool_calls in message 2, which are not supported in prompts; leave the row out, or write the call into content$/,
  );
  await refused(join(folder, "none.txt"), /There is no file/);
});

test("tokens are drawn as options say, else as generation_config.json does, else as the model has them", () => {
  const plain = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
  assert.deepEqual(samplingOf({}, { temperature: null, eos_token_id: 1 }), plain);
  const qwen = { do_sample: true, temperature: 0.7, top_p: 0.8, top_k: 20, repetition_penalty: 1.1, min_p: 0.05 };
  assert.deepEqual(samplingDefaults(qwen), { temperature: 0.7, topP: 0.8, topK: 20, repetitionPenalty: 1.1, minP: 0.05 });
  assert.deepEqual(samplingOf({ temperature: 0, topK: 0 }, qwen), { ...samplingDefaults(qwen), temperature: 0, topK: 0 });
  assert.equal(samplingDefaults({ do_sample: false, temperature: 0.7 }).temperature, 0);
  assert.equal(samplingOf({ temperature: 1 }, { do_sample: false }).temperature, 1);
  for (const [key, value] of Object.entries({ temperature: -1, top_k: 1.5, top_p: "x", min_p: 2, repetition_penalty: 0 })) {
    assert.throws(
      () => samplingDefaults({ [key]: value }),
      (error) => error instanceof ConfigError && error.message.includes(key),
    );
  }
});

const WRITE_COMPLETIONS = `
  import { createOutput } from "./src/cli/completion_output.ts";
  import { characterTokenizer } from "./src/data/tokenizer.ts";
  const [characters, output] = [Number(process.argv.at(-2)), process.argv.at(-1)];
  const ids = Array(characters).fill(0);
  const completion = { ids, logprobs: [], entropies: [], finishReason: "stop" };
  const prompts = Array(3).fill({ text: "", isText: true, ids: [] });
  const file = createOutput({ output }, characterTokenizer("ab"), prompts);
  try {
    for (const index of [0, 1, 2]) file.onCompletion(index, completion);
  } catch (error) {
    console.log(error.name, error.message);
  } finally {
    file.close();
  }`;

test("a full disk is named with the file; completions that were written stay whole, and a file without any is removed", (context) => {
  const output = join(folder, "full.jsonl");
  const none = withFullDisk(WRITE_COMPLETIONS, "800", output);
  if (none.status === null) return context.skip("there is no bash");
  assert.match(none.stdout, /^FileError .*full\.jsonl could not be written: the disk is full; free some space\.$/m, none.stderr);
  assert.equal(existsSync(output), false);
  const some = withFullDisk(WRITE_COMPLETIONS, "150", output);
  assert.match(some.stdout, /the disk is full; free some space\. It holds the first 1 of 3 completions; move it away or name another/);
  const [record, end] = readFileSync(output, "utf8").split("\n");
  assert.deepEqual([JSON.parse(record!).text, end], ["a".repeat(150), ""]);
});

const STORIES = "models/stories260K";

test("a file of prompts becomes a file of completions, in their order", needsShared(STORIES), () => {
  const file = write("prompts.txt", "Once upon a time\nOnce upon\n");
  const output = join(folder, "out.jsonl");
  const words = ["generate", "--model", sharedPath(STORIES)!, "--file", file, "--output", output];
  const sampling = ["--temperature", "0", "--n", "2", "--stop", "girl named", "--min-p", "0.1", "--cache", "f16"];
  const { status, stderr } = entropic(...words, ...sampling);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /4 of 4 completions, 40 tokens, \d+ tokens\/s/);
  const records = readFileSync(output, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    records.map(({ prompt, text, finishReason }) => [prompt + text, finishReason]),
    Array(4).fill(["Once upon a time, there was a little girl named", "stop"]),
  );
  const refused = () => createOutput({ output }, characterTokenizer("ab"), []);
  assert.throws(refused, (error) => error instanceof UsageError && /--output .*out\.jsonl exists; remove it/.test(error.message));
  writeFileSync(output, "");
  const taken = createOutput({ output }, characterTokenizer("ab"), []);
  assert.ok(existsSync(output), "a file that holds nothing is taken");
  taken.close();
});

test("one prompt is continued on the screen as in JSON, its spaces included", needsShared(STORIES), () => {
  const words = ["generate", "--model", sharedPath(STORIES)!, "--prompt", "Once upon", "--temperature", "0", "--max-tokens", "11"];
  assert.equal(entropic(...words).stdout, "Once upon a time, there was a little girl named\n");
});

const DIGITS = "models/digit-completion";

test("a chat reads its lines from a pipe, and answers go to the output alone", needsShared(DIGITS), () => {
  const words = ["chat", "--model", sharedPath(DIGITS)!, "--max-tokens", "5", "--temperature", "0"];
  const { status, stdout, stderr } = entropicTyped("12,\n3\n/reset\n12,\n", words);
  assert.equal(status, 0, stderr);
  const [first, second, third, ...rest] = stdout.split("\n");
  assert.match(first!, /^[0-9,:]{1,5}$/);
  assert.match(second!, /^[0-9,:]{1,5}$/);
  assert.equal(third, first, "the same question in a chat that begins anew");
  assert.deepEqual(rest, [""]);
  assert.match(stderr, /\(the chat begins anew\)/);
  const refused = entropicTyped("1\n", [...words, "--system", "Be kind."]);
  assert.deepEqual([refused.status, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /error: the chat template refuses the messages: System role not supported/);
});
