import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type ChatMessage, encodePrompt, promptText, withSystem, withTemplateVariables } from "../../src/data/prompt.ts";
import { characterTokenizer, loadTokenizer } from "../../src/data/tokenizer.ts";
import { checkReadable } from "../../src/rl/problems.ts";
import { origin, type Problem } from "../../src/tasks/task.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { byteLevelTokenizer, type TinyOptions } from "./tiny_tokenizers.ts";

/** As Qwen2.5 writes a chat. */
const chatml = `{%- if messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- else %}
    {{- '<|im_start|>system\\nYou are helpful.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role == "user" or message.role == "assistant" %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if tools %}{{ raise_exception("no tools here") }}{% endif %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
`;

/** As Llama 3 writes a chat: the template begins the text itself. */
const llama3 =
  "{% for message in messages %}{% set content = '<|h|>' + message['role'] + '<|/h|>\\n\\n' + message['content'] | trim + eos_token %}" +
  "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|h|>assistant<|/h|>\\n\\n' }}{% endif %}";

const special = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|h|>", "<|/h|>"].map((content) => ({ content, special: true }));
const chat: readonly ChatMessage[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: " 1+1? " },
];

function tokenizerWith(template: unknown, { config, ...options }: TinyOptions = {}) {
  return byteLevelTokenizer({
    added: special,
    config: { bos_token: "<s>", eos_token: { content: "</s>" }, chat_template: template, ...config },
    ...options,
  });
}

/** Puts the token <s> before every text. */
const beginning = {
  type: "TemplateProcessing",
  single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
  pair: [],
  special_tokens: { "<s>": { id: "<s>", ids: [256], tokens: ["<s>"] } },
};

test("line ends of Windows in a template are no part of a chat", () => {
  const tags = "{% for message in messages %}\n{{ message.role }}:\n{{ message.content }}\n{% endfor %}\nend\n";
  for (const template of [chatml, tags]) {
    const written = promptText(tokenizerWith(template), chat);
    for (const end of ["\r\n", "\r"]) assert.equal(promptText(tokenizerWith(template.replaceAll("\n", end)), chat), written);
  }
});

test("a chat is written by its template, with a system prompt of its own or the template's", () => {
  const tokenizer = tokenizerWith(chatml);
  const written = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n 1+1? <|im_end|>\n<|im_start|>assistant\n";
  assert.equal(promptText(tokenizer, chat), written);
  assert.equal(promptText(tokenizer, withSystem(chat.slice(1), "Be brief.")), written);
  assert.equal(promptText(tokenizer, withSystem(" 1+1? ", "Be brief.")), written);
  assert.match(promptText(tokenizer, chat.slice(1)), /^<\|im_start\|>system\nYou are helpful\.<\|im_end\|>\n/);
  assert.equal(tokenizer.renderChat(chat, { addGenerationPrompt: false }), written.slice(0, -"<|im_start|>assistant\n".length));
  assert.equal(encodePrompt(tokenizer, chat)[0], 258);
  assert.equal(tokenizer.decode(encodePrompt(tokenizer, chat), { specialTokens: true }), written);
  assert.equal(promptText(tokenizer, "as it is"), "as it is");
});

test("a text begins with one beginning token, whoever writes it", () => {
  const sections = { post_processor: beginning };
  const bos = (ids: readonly number[]): number => ids.filter((id) => id === 256).length;
  for (const [name, options] of [
    ["post_processor", { sections }],
    ["add_bos_token", { config: { add_bos_token: true } }],
    ["both", { sections, config: { add_bos_token: true } }],
  ] as const) {
    const tokenizer = tokenizerWith(llama3, options);
    for (const prompt of ["a", "", "<s>a", chat, promptText(tokenizer, chat)]) {
      const ids = encodePrompt(tokenizer, prompt);
      assert.deepEqual([bos(ids), ids[0]], [1, 256], `${name}: ${JSON.stringify(prompt)}`);
    }
    assert.equal(bos(tokenizer.encode("a", { specialTokens: false })), 0, name);
  }
  const without = tokenizerWith(chatml);
  assert.equal(bos([...encodePrompt(without, "a"), ...encodePrompt(without, chat)]), 0);
});

test("chat_template.jinja wins over tokenizer_config.json, and of named templates the one called default counts", () => {
  const say = (options: TinyOptions, template: unknown): string => promptText(tokenizerWith(template, options), chat);
  const named = [
    { name: "tool_use", template: "tools" },
    { name: "default", template: "default" },
  ];
  assert.equal(say({}, named), "default");
  assert.equal(say({ files: { "chat_template.jinja": "from the file" } }, named), "from the file");
  assert.throws(
    () => tokenizerWith(named.slice(0, 1)),
    /FileError: tokenizer_config\.json: chat_template has tool_use; name the one to use "default"/,
  );
  assert.throws(() => tokenizerWith([3]), /chat_template is \[3\]; it must be a text, or a list of \{ name, template \}/);
  assert.throws(
    () => tokenizerWith("{% if %}"),
    /FileError: tokenizer_config\.json: the chat template could not be read: .*; mend it, or leave it out/,
  );
  assert.throws(
    () => promptText(tokenizerWith(null), chat),
    /^Error: the model has no chat template for a prompt of messages; give prompts as text/,
  );
});

test("templates know special tokens, the date, and the tag of transformers that marks what is generated", () => {
  const say = (template: string): string => promptText(tokenizerWith(template), chat);
  assert.equal(say("{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ tools is none }}"), "<s>|</s>||true");
  assert.equal(say("{{ strftime_now('%Y') }}"), String(new Date().getFullYear()));
  assert.equal(say("{% for m in messages %}{% generation %}{{ m.role }},{% endgeneration %}{% endfor %}"), "system,user,");
  const thinking = tokenizerWith("{% if enable_thinking is defined and not enable_thinking %}no {% endif %}thoughts");
  assert.equal(promptText(thinking, chat), "thoughts");
  assert.equal(promptText(withTemplateVariables(thinking, { enable_thinking: false }), chat), "no thoughts");
});

/** What a chat template writes at a moment that its variables give. */
const atMoment = (template: string, moment: unknown = "2026-11-08T15:04:09"): string =>
  promptText(withTemplateVariables(tokenizerWith(template), { strftime_now: moment }), chat);

test("the date is written in English, whatever the machine's language", () => {
  const script = `
    import { byteLevelTokenizer } from "./test/data/tiny_tokenizers.ts";
    const { renderChat } = byteLevelTokenizer({ config: { chat_template: "{{ strftime_now('%d %b %Y') }}|{{ strftime_now('%B') }}" } });
    const options = { addGenerationPrompt: true };
    const pinned = renderChat([], { ...options, variables: { strftime_now: "2026-11-28" } });
    console.log(JSON.stringify([pinned, renderChat([], options)]));`;
  const environment = { ...process.env, LC_ALL: "fr_FR.UTF-8", LANG: "fr_FR.UTF-8", NODE_OPTIONS: "" };
  const words = ["--import", "tsx", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8", env: environment });
  const [pinned, now] = JSON.parse(stdout || JSON.stringify([stderr, stderr])) as string[];
  assert.equal(pinned, "28 Nov 2026|November");
  const english = new Date().toLocaleString("en", { month: "long" });
  assert.ok(now!.endsWith(`|${english}`), now);
});

test("strftime_now knows the usual directives as Python does, and refuses any other by name", () => {
  const say = (format: string, moment?: string): string => atMoment(`{{ strftime_now('${format}') }}`, moment);
  assert.equal(say("%a %A %b %B %d %-d %e %m %-m %y %Y"), "Sun Sunday Nov November 08 8  8 11 11 26 2026");
  assert.equal(say("%H:%M:%S %I %-I %p %j 100%%d"), "15:04:09 03 3 PM 312 100%d");
  assert.equal(say("%H %I %p %j", "2024-03-01"), "00 12 AM 061");
  assert.equal(say("%H:%M:%S", "2024-03-01T12:30"), "12:30:00");
  for (const [format, directive] of [
    ["%Q", "%Q"],
    ["%d %-B", "%-B"],
    ["%d %", "%"],
    ["%-", "%-"],
  ] as const) {
    const message = `^Error: the chat template refuses the messages: strftime_now has no directive ${directive}; it has %a %A .* %%$`;
    assert.throws(() => say(format), new RegExp(message), format);
  }
  for (const moment of ["today", "2026-13-01", 2026, true]) {
    assert.throws(() => say("%d", moment as string), /strftime_now is .*; give it a date, such as 2026-11-28 or 2026-11-28T15:30:00$/);
  }
  assert.equal(atMoment("\n  {% if strftime_now is defined %}x{% endif %}\n"), "\nx", "the template's own lines are as they were");
});

test("a day that begins while a process works changes no prompt of it", (context) => {
  const tokenizer = tokenizerWith("{{ strftime_now('%Y-%m-%d %H:%M:%S') }}");
  const before = promptText(tokenizer, chat);
  context.mock.timers.enable({ apis: ["Date"], now: Date.now() + 90_000_000 });
  assert.equal(promptText(tokenizer, chat), before);
  assert.equal(promptText(tokenizerWith("{{ strftime_now('%Y-%m-%d %H:%M:%S') }}"), chat), before);
});

test("a template that leaves a turn of a loop behind text of it is refused where it is used", () => {
  const say = (template: string): string => promptText(tokenizerWith(template), chat);
  const loop = (body: string): string => `{% for m in messages %}${body}{% endfor %}`;
  const lost: readonly (readonly [string, string])[] = [
    ["{{ m.content }}{% break %}", "break"],
    ["{% if m.role == 'user' %}{{ m.content }}{% continue %}{% endif %}", "continue"],
    ["{% if m.role == 'user' %}{{ m.role }}{% endif %}{% if loop.last %}{% break %}{% endif %}", "break"],
    ["{% if loop.last %}-{% elif loop.first %}+{% continue %}{% endif %}", "continue"],
    ["{% for n in messages %}{{ n.role }}{% endfor %}{% if loop.last %}{% break %}{% endif %}", "break"],
    ["{{ m.role }}{% for n in messages %}{% set x = n %}{% else %}{% continue %}{% endfor %}", "continue"],
    ["{% for n in messages %}{{ n.role }}{% break %}{% endfor %}", "break"],
    ["{% filter upper %}{{ m.role }}{% endfilter %}{% break %}", "break"],
  ];
  for (const [body, tag] of lost) {
    const refusal = new RegExp(
      `^Error: the chat template has {% ${tag} %} behind text of the same turn of a loop, .*chat_template\\.jinja$`,
    );
    assert.throws(() => say(loop(body)), refusal, body);
    assert.equal(promptText(tokenizerWith(loop(body)), "as it is"), "as it is", "a prompt of text needs no template");
  }
  const kept: readonly (readonly [string, string])[] = [
    ["{% if m.role == 'system' %}{% continue %}{% endif %}{{ m.content }}", " 1+1? "],
    ["{%- if m.role == 'user' -%}\n  {%- break -%}\n{%- endif -%}\n{{- m.content }}", "Be brief."],
    [
      "{% set x = m.role %}{# a word #}{{- '' }}{% if not x %}{{ raise_exception('no') }}{% endif %}{% if x == 'user' %}{% break %}{% endif %}{{ x }}",
      "system",
    ],
    ["{{ m.role }}{% for n in messages %}{% break %}{% endfor %}", "systemuser"],
    ["{% if loop.last %}{{ m.role }}{% else %}{% continue %}{% endif %}", "user"],
  ];
  for (const [body, text] of kept) assert.equal(say(loop(body)), text, body);
});

test("a row that a template refuses is named before training, in one line", () => {
  const tokenizer = tokenizerWith(
    "{% if messages[0].role != 'user' %}{{ raise_exception('Roles must\nalternate') }}{% endif %}{{ messages[0].content }}",
  );
  const good: Problem = { prompt: [{ role: "user", content: "a" }] };
  const check = (...problems: Problem[]) => checkReadable(tokenizer, "the training problems", problems);
  check(good, { prompt: "text" });
  const refused = (error: Error): string => {
    assert.equal(error.name, "ConfigError");
    assert.ok(!error.message.includes("\n"), error.message);
    return error.message;
  };
  assert.throws(
    () => check(good, { prompt: chat }),
    (error: Error) => refused(error) === "the training problems.1: the chat template refuses the messages: Roles must alternate",
  );
  assert.throws(
    () => check(good, { prompt: chat, [origin]: "train.jsonl row 7" }),
    (error: Error) => refused(error).startsWith("train.jsonl row 7: the chat"),
  );
  assert.throws(
    () => check({ prompt: [{ role: "user", content: "" }] }),
    (error: Error) => refused(error).includes("which is no token"),
  );
  assert.throws(
    () => check({ prompt: "\ud800" }),
    (error: Error) => /half of a surrogate pair \(U\+D800\)/.test(refused(error)),
  );
});

test("a row with a character that the model lacks is named, with what to do about it", () => {
  const check = (problem: Problem) => checkReadable(characterTokenizer("ab"), "the training problems", [{ prompt: "a" }, problem]);
  assert.throws(
    () => check({ prompt: "abc", [origin]: "train.jsonl row 7" }),
    /^ConfigError: train\.jsonl row 7: this model cannot read the task: "c" in "abc" is not in .* "ab"; leave the row out, train on a task of this/,
  );
  assert.throws(
    () => check({ prompt: "abc" }),
    /^ConfigError: this model cannot read the task: "c" in .* "ab"; train on a task of this model's/,
  );
});

const DIGITS = "models/digit-completion";

test("the folder of digit-completion writes its data, and says which row has the wrong roles", needsShared(DIGITS), async () => {
  const tokenizer = await loadTokenizer(sharedPath(DIGITS)!);
  const prompt = [{ role: "user", content: "8,3:9,4" }];
  assert.deepEqual(encodePrompt(tokenizer, prompt), [12, 14, 7, 15, 13, 14, 8]);
  const separated = withTemplateVariables(tokenizer, { sep_token: "S" });
  assert.deepEqual(encodePrompt(separated, prompt), [12, 14, 7, 15, 13, 14, 8, 0]);
  const answer = [...prompt, { role: "user", content: "7" }];
  assert.throws(
    () => checkReadable(tokenizer, "rows", [{ prompt }, { prompt: answer }]),
    /^ConfigError: rows\.1: the chat template refuses the messages: Conversation roles must alternate user\/assistant/,
  );
  const template = readFileSync(sharedPath(`${DIGITS}/tokenizer_config.json`)!, "utf8");
  assert.ok(template.includes("sep_token"), "the template names a token that the folder does not");
});
