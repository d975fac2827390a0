import assert from "node:assert/strict";
import { test } from "node:test";
import { charactersOf, dataExamples, isEarlier } from "../../src/data_sets/examples.ts";
import { parseExampleOptions } from "../../src/data_sets/options.ts";
import { dataProblems } from "../../src/data_sets/problems.ts";
import { origin } from "../../src/tasks/task.ts";

const options = (more: object = {}) => parseExampleOptions({ data: "x.jsonl", prompt: "{q}=", heldOut: 0, ...more });
const rows = [
  { q: "1+2", a: 3, level: "easy" },
  { q: "4+5", a: 9, level: "hard" },
];
const data = { name: "d", rows };

test("a completion is a template, or a column by its name, whose numbers are texts; the columns stay", () => {
  const { train } = dataExamples(options({ completion: "{a} ({level}) {{x}}" }), data);
  assert.deepEqual(
    train.map(({ prompt, completion }) => [prompt, completion]),
    [
      ["1+2=", "3 (easy) {x}"],
      ["4+5=", "9 (hard) {x}"],
    ],
  );
  assert.deepEqual(train[0], { q: "1+2", a: 3, level: "easy", prompt: "1+2=", completion: "3 (easy) {x}", [origin]: "d row 1" });
  assert.deepEqual(
    dataExamples(options({ completion: "a" }), data).train.map(({ completion }) => completion),
    ["3", "9"],
  );
});

test("without a completion it is the last message of a chat, which is then no part of the prompt", () => {
  const chat = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "ho" },
  ];
  const chats = { name: "d", rows: [{ messages: chat }] };
  const { train } = dataExamples(options({ prompt: "messages" }), chats);
  assert.deepEqual([train[0]!.prompt, train[0]!.completion], [chat.slice(0, 1), "ho"]);
  const told = dataExamples(options({ prompt: "messages", system: "be brief" }), chats).train[0]!;
  assert.deepEqual(told.prompt, [{ role: "system", content: "be brief" }, chat[0]]);
});

const said = (role: string, content: string) => ({ role, content });
const long = [
  said("user", "a"),
  said("assistant", "A"),
  said("user", "b"),
  said("assistant", "B"),
  said("user", "c"),
  said("assistant", "C"),
];

test("every answer of a chat is learned behind the messages before it where all are asked for", () => {
  const chats = { name: "d", rows: [{ m: long }, { m: long.slice(2, 5), tag: "x" }, { m: long.slice(1, 4) }] };
  const { train } = dataExamples(options({ prompt: "m", answers: "all", system: "s" }), chats);
  const words = train.map(({ prompt, completion }) => {
    return `${(prompt as typeof long).map(({ content }) => content).join("")} ${completion}`;
  });
  assert.deepEqual(words, ["sa A", "saAb B", "saAbBc C", "sb B", "sAb B"]);
  assert.equal(train[3]![origin], "d row 2");
  const last = dataExamples(options({ prompt: "m" }), { name: "d", rows: [{ m: long }] });
  assert.deepEqual(
    last.train.map(({ completion }) => completion),
    ["C"],
  );
  for (const m of [long.slice(0, 1), long.slice(1, 2)]) {
    const none = { name: "d", rows: [{ m }] };
    assert.throws(
      () => dataExamples(options({ prompt: "m", answers: "all" }), none),
      /^ConfigError: d row 1 has nothing to learn: its prompt must be a chat in which/,
    );
  }
  assert.throws(
    () => options({ completion: "a", answers: "all" }),
    /^ConfigError: task\.answers is "all"; it must be last beside task\.completion/,
  );
  assert.throws(() => options({ answers: "first" }), /^ConfigError: task\.answers is "first"; it must be one of last, all/);
});

test("no answer of a chat that is held out is learned, and a limit counts chats", () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ m: long.map(({ role, content }) => said(role, `${content}${i}`)) }));
  const split = { prompt: "m", heldOut: 0.3, answers: "all" };
  const { train, heldOut } = dataExamples(options(split), { name: "d", rows });
  const ofRows = (examples: typeof train) => new Set(examples.map((example) => example[origin]));
  assert.equal(train.length + heldOut.length, 180);
  assert.equal(ofRows(train).size + ofRows(heldOut).size, 60);
  const { evalProblems } = dataProblems(options({ prompt: "m", heldOut: 0.3 }), { name: "d", rows });
  assert.deepEqual(ofRows(heldOut), new Set(evalProblems.map((problem) => problem[origin])), "those that train holds out");
  assert.equal(dataExamples(options({ ...split, limit: 2 }), { name: "d", rows }).train.length, 6);
});

test("an answer that a chat held out has in common with others is not learned, and only a row's last answer has its columns", () => {
  const open = long.slice(0, 2).map(({ role, content }, i) => said(role, `${content}${i}`));
  const rows = Array.from({ length: 40 }, (_, i) => {
    const begin = open.map(({ role, content }) => said(role, `${content} ${i % 20}`));
    return { m: i < 20 ? begin : [...begin, said("user", `then ${i}`), said("assistant", `so ${i}`)] };
  });
  const { train, heldOut } = dataExamples(options({ prompt: "m", heldOut: 0.3, answers: "all" }), { name: "d", rows });
  const held = new Set(heldOut.map(({ prompt }) => JSON.stringify(prompt)));
  assert.ok(held.size > 5);
  assert.ok(train.every(({ prompt }) => !held.has(JSON.stringify(prompt))));
  assert.ok(train.length + heldOut.length < 60, "nothing is in common, so that nothing is tested");
  const [first, last] = dataExamples(options({ prompt: "m", answers: "all" }), { name: "d", rows: rows.slice(20, 21) }).train;
  assert.deepEqual([first![isEarlier], last![isEarlier]], [true, undefined]);
});

test("rows without anything to learn are refused in one line that names the row", () => {
  const refused = (more: object, wrong: object, pattern: RegExp): void =>
    assert.throws(() => dataExamples(options(more), { name: "d", rows: [rows[0]!, wrong as never] }), pattern);
  refused({}, {}, /^ConfigError: d row 1 has nothing to learn: task\.completion must say what follows the prompt/);
  refused({ completion: "b" }, {}, /^ConfigError: d row 1 has no column "b", which task\.completion names; its columns are q, a, level$/);
  for (const completion of ["{a", "{{a}}", "a}"])
    refused(
      { completion },
      {},
      /^ConfigError: task\.completion is "[^"]*"; it must be a text that names a column in braces, such as \{answer\}/,
    );
  refused(
    { completion: "a" },
    { q: "1", a: "" },
    /^ConfigError: d row 2 has nothing in the column "a", which task\.completion names; leave/,
  );
  refused(
    { completion: "a", prompt: "q" },
    { q: "", a: "1" },
    /^ConfigError: d row 2 has nothing in the column "q", which task\.prompt names/,
  );
  refused({ completion: "a", prompt: "{q}" }, { q: "", a: "1" }, /^ConfigError: d row 2 has an empty prompt; leave the row out/);
  refused({ completion: "{a}!" }, { q: "1" }, /^ConfigError: d row 2 has no column "a", which task\.completion names/);
  refused({ completion: "a" }, { q: "1", a: [1] }, /^ConfigError: d row 2: the column "a" holds \[1\]; it must be a text or a number/);
  for (const messages of [[{ role: "assistant", content: "ho" }], [{ role: "user", content: "hi" }]]) {
    const chats = { name: "d", rows: [{ messages }] };
    assert.throws(() => dataExamples(options({ prompt: "messages" }), chats), /^ConfigError: d row 1 has nothing to learn/);
  }
});

test("the rows that sft holds out are those that train holds out", () => {
  const many = { name: "d", rows: Array.from({ length: 200 }, (_, i) => ({ q: `${i % 50}`, a: i })) };
  const split = options({ completion: "a", heldOut: 0.3 });
  const { train, heldOut } = dataExamples(split, many);
  const { trainProblems, evalProblems } = dataProblems(split, many);
  const prompts = (problems: readonly { readonly prompt: unknown }[]) => problems.map(({ prompt }) => prompt);
  assert.deepEqual([prompts(train), prompts(heldOut)], [prompts(trainProblems), prompts(evalProblems)]);
  assert.ok(heldOut.length > 20 && heldOut.length < 100, `${heldOut.length}`);
  const chats = {
    name: "d",
    rows: many.rows.map(({ q, a }) => ({
      m: [
        { role: "user", content: q },
        { role: "assistant", content: `${a}` },
      ],
    })),
  };
  const ofChats = options({ prompt: "m", heldOut: 0.3 });
  const [learned, trained] = [dataExamples(ofChats, chats), dataProblems(ofChats, chats)];
  assert.deepEqual([prompts(learned.train), prompts(learned.heldOut)], [prompts(trained.trainProblems), prompts(trained.evalProblems)]);
  assert.ok(
    trained.trainProblems.every(({ prompt }) => prompt.length === 1),
    "no answer is shown",
  );
  assert.ok(learned.heldOut.length > 20 && learned.heldOut.length < 100, `${learned.heldOut.length}`);
  const separate = dataExamples(options({ completion: "a", heldOut: null, evalData: "y.jsonl" }), data, { name: "e", rows: [rows[1]!] });
  assert.deepEqual([prompts(separate.train), prompts(separate.heldOut)], [["1+2="], ["4+5="]]);
});

test("the characters of examples, held out or not, are each there once, in order; a chat has none", () => {
  const { train } = dataExamples(options({ completion: "a" }), data);
  assert.equal(charactersOf({ train: train.slice(0, 1), heldOut: train.slice(1) }), "+1234=59".split("").sort().join(""));
  const emoji = [{ prompt: "é", completion: "😀é" }];
  assert.equal(charactersOf({ train: emoji, heldOut: [] }), "é😀");
  assert.throws(
    () => charactersOf({ train: [{ prompt: [], completion: "a" }], heldOut: [] }),
    /^ConfigError: the prompts of task\.data are chats/,
  );
});

test("options of examples are checked as those of rows are", () => {
  assert.throws(
    () => parseExampleOptions({ data: "x", completion: 3 } as never),
    /^ConfigError: task\.completion is 3; it must be a text with/,
  );
  assert.throws(
    () => parseExampleOptions({ data: "x", completion: { answer: null } } as never),
    /task\.completion is .*; quote it, as in --set 'task\.completion="\{question\}"'/,
  );
  assert.throws(() => options({ heldOut: 0.5, evalSplit: "test" }), /task\.heldOut/);
});
