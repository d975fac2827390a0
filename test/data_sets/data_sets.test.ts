import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { holdOut } from "../../src/data_sets/held_out.ts";
import { dataTask } from "../../src/data_sets/options.ts";
import { dataProblems } from "../../src/data_sets/problems.ts";
import { readRows } from "../../src/io/rows.ts";
import { readData } from "../../src/node/data_files.ts";
import { rewardFunctions } from "../../src/rl/rewards/index.ts";
import { needsShared, sharedPath } from "../shared.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-data-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const settings = (more: object = {}) => dataTask({ data: "x.jsonl", rewards: ["math"], ...more });

test("JSON lines: CRLF, a byte order mark, blank lines, no last line end, line separators inside a text", async () => {
  const path = file("a.jsonl", '\uFEFF{"a":1}\r\n\r\n  \n{"a":"\u2028x"}\r\n{"a":{"b":[2]}}');
  assert.deepEqual(await readRows(path), [{ a: 1 }, { a: "\u2028x" }, { a: { b: [2] } }]);
  assert.deepEqual(await readRows(file("list.json", '[{"a":1},{"a":2}]')), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(await readRows(file("lines.json", '{"a":1}\n{"a":2}\n')), [{ a: 1 }, { a: 2 }]);
});

test("a whole number that a number does not hold exactly reaches prompts and rewards as it is written", async () => {
  const [lines, list] = [
    file("large.jsonl", '{"n":12345678901234567890,"m":[9007199254740993]}\n'),
    file("large.json", '[{"n":12345678901234567890}]'),
  ];
  const [row] = await readRows(lines);
  assert.deepEqual(row, { n: 12345678901234567890n, m: [9007199254740993n] });
  assert.deepEqual(await readRows(list), [{ n: 12345678901234567890n }]);
  const { trainProblems } = dataProblems(settings({ prompt: "{n}=", answer: "n", heldOut: 0 }), { name: "d", rows: [row!] });
  assert.equal(trainProblems[0]!.prompt, "12345678901234567890=");
  const columns = { answer: [trainProblems[0]!.n] };
  const scoreOf = (completion: string) =>
    rewardFunctions.math().reward({ prompts: ["p"], completions: [completion], completionIds: [[]], columns, state: { step: 0 } });
  assert.deepEqual(scoreOf("12345678901234567890"), [1]);
  assert.deepEqual(scoreOf("12345678901234567891"), [0]);
});

test("a bad line is named with its number, and a bad file in one line", async () => {
  await assert.rejects(readRows(file("bad.jsonl", '{"a":1}\n\n{"a":\n')), /bad\.jsonl line 3 is not valid JSON/);
  await assert.rejects(readRows(file("list.jsonl", "[1]\n")), /list\.jsonl line 1 holds an array; a JSON object is expected/);
  await assert.rejects(readRows(file("twice.jsonl", '{"a":1,"a":2}\n')), /line 1 has the key "a" twice/);
  await assert.rejects(readRows(file("latin.jsonl", Uint8Array.of(0x7b, 0x7d, 0x0a, 0xe9, 0x0a))), /latin\.jsonl is not UTF-8 text/);
  await assert.rejects(
    readRows(file("latin.json", Buffer.from('[{"q":"é"}]', "latin1"))),
    /latin\.json is not UTF-8 text; save it as UTF-8\.$/,
  );
  await assert.rejects(readRows(file("more.json", '[{"a":1}],"x":[1]')), /more\.json goes on behind its list/);
  await assert.rejects(readRows(file("lfs.jsonl", "version https://git-lfs.github.com/spec/v1\n")), /Git LFS pointer/);
  await assert.rejects(
    readRows(file("lfs.parquet", "version https://git-lfs.github.com/spec/v1\noid x\n")),
    /no whole Parquet file .*Git LFS pointer/,
  );
  await assert.rejects(readRows(file("x.xls", "a,b\n")), /x\.xls is no data file; give one that ends in \.jsonl/);
  await assert.rejects(readRows(join(folder, "none.jsonl")), /none\.jsonl does not exist/);
  await assert.rejects(readRows(join(folder, "none.parquet")), /none\.parquet does not exist/);
});

test("a line may lie across the pieces that a file is read in", async () => {
  const long = "é".repeat(2 ** 20);
  assert.deepEqual(await readRows(file("long.jsonl", `{"a":"${long}"}\n{"a":2}\n`)), [{ a: long }, { a: 2 }]);
});

test("a template takes any columns; one that is missing is named with the row and the columns there are", () => {
  const rows = [{ question: "1+1", n: 3, level: "easy" }, { queston: "2+2" }];
  const template = settings({ prompt: "{{Q}} {question} ({ n }) =", heldOut: 0 });
  const { trainProblems } = dataProblems(template, { name: "d", rows: rows.slice(0, 1) });
  assert.deepEqual(trainProblems[0]!.prompt, "{Q} 1+1 (3) =");
  assert.equal(trainProblems[0]!.level, "easy");
  assert.throws(
    () => dataProblems(template, { name: "d", rows }),
    /d row 2 has no column "question", which task\.prompt names; did you mean queston\? Its columns are queston/,
  );
  assert.throws(
    () => dataProblems(settings({ prompt: "n", answer: "gold" }), { name: "d", rows }),
    /d row 1 has no column "gold", which task\.answer names/,
  );
  const empty = { name: "d", rows: [{ prompt: "a", gold: null }] };
  assert.throws(() => dataProblems(settings({ answer: "gold" }), empty), /d row 1 has nothing in the column "gold"/);
  assert.throws(
    () => dataProblems(settings(), { name: "d", rows: [{ prompt: { a: 1 } }] }),
    /d row 1: the column "prompt" holds .*must be a text/,
  );
  assert.throws(() => dataProblems(settings(), { name: "d", rows: [] }), /d leaves no row to train on: it holds no rows/);
});

test("where no row is left to train or to evaluate on, what the data says is what the message says", () => {
  const data = { name: "d.jsonl", rows: ["a", "b", "b"].map((prompt) => ({ prompt })) };
  const none = { name: "none.jsonl", rows: [] };
  const refused = (more: object, pattern: RegExp, rows = data, evaluation?: typeof data): void =>
    assert.throws(() => dataProblems(settings(more), rows, evaluation), pattern);
  refused({}, /^ConfigError: d\.jsonl leaves no row to train on: it holds no rows; give task\.data that has some$/, { ...data, rows: [] });
  refused({ heldOut: 2 }, /^ConfigError: d\.jsonl leaves .* all 3 of its rows are held out; give more rows, or lower task\.heldOut$/);
  refused({ heldOut: 1e-9 }, /^ConfigError: d\.jsonl leaves no row to evaluate on; give task\.evalData or raise task\.heldOut/);
  const given = { evalData: "none.jsonl" };
  refused(given, /^ConfigError: none\.jsonl holds no rows to evaluate on; give task\.evalData some, or leave it out/, data, none);
  const same = /the prompts of all 3 of its rows are evaluated on, in d\.jsonl; give task\.evalData other rows, or leave it out, which/;
  refused({ evalData: "d.jsonl" }, same, data, data);
  refused({ evalSplit: "test" }, /are evaluated on, in d\.jsonl; give task\.evalSplit other rows, or leave it out/, data, data);
});

test("messages, system prompts, and what a row may call its columns", () => {
  const of = (more: object, row: object) =>
    dataProblems(settings({ heldOut: 0, ...more }), { name: "d", rows: [{ ...row }] }).trainProblems[0]!;
  const user = { role: "user", content: "hi" };
  assert.deepEqual(of({}, { prompt: [user] }).prompt, [user]);
  assert.deepEqual(of({ system: "s" }, { prompt: [user] }).prompt, [{ role: "system", content: "s" }, user]);
  assert.deepEqual(of({ system: "s" }, { prompt: [{ role: "system", content: "own" }, user] }).prompt, [
    { role: "system", content: "own" },
    user,
  ]);
  assert.deepEqual(of({ system: "s" }, { prompt: "hi" }).prompt, [{ role: "system", content: "s" }, user]);
  assert.deepEqual(of({ chat: true }, { prompt: "hi" }).prompt, [user]);
  assert.deepEqual(
    of(
      {},
      {
        prompt: [
          {
            role: "user",
            content: [
              { type: "text", text: "h" },
              { type: "text", text: "i" },
            ],
          },
        ],
      },
    ).prompt,
    [user],
  );
  assert.throws(() => of({}, { prompt: [{ role: "user", content: 1 }] }), /d row 1: the column "prompt" holds .* as message 1/);
  const assistant = { role: "assistant", content: "ho" };
  for (const system of [null, "s"]) {
    assert.throws(() => of({ system }, { prompt: [assistant] }), {
      name: "ConfigError",
      message: 'd row 1: the column "prompt" holds nothing but a message of the assistant, which is no prompt; leave the row out',
    });
  }
  assert.deepEqual(of({}, { prompt: [assistant, user] }).prompt, [assistant, user]);
  assert.deepEqual(of({}, { prompt: [user, assistant] }).prompt, [user]);
  assert.deepEqual(of({}, { prompt: [user, assistant, assistant] }).prompt, [user, assistant]);
  const call = { id: "1", type: "function", function: { name: "add", arguments: "{}" } };
  for (const content of ["calling", "", null]) {
    const calls = { role: "assistant", content, tool_calls: [call] };
    assert.throws(
      () => of({}, { prompt: [user, calls] }),
      /^ConfigError: d row 1: the column "prompt" holds tool_calls in message 2, which are not supported in prompts; leave the row out, or write the call into content$/,
    );
  }
  for (const none of [[], null, undefined]) assert.deepEqual(of({}, { prompt: [{ ...user, tool_calls: none }] }).prompt, [user]);
  assert.equal(of({}, { prompt: "p", tag: 7 }).tag, undefined);
  assert.equal(of({ tag: "level" }, { prompt: "p", level: 2 }).tag, "2");
  assert.throws(
    () => of({ answer: "tag" }, { prompt: "p", tag: 7 }),
    /^ConfigError: task\.answer is "tag", .*; give the column another name, or/,
  );
  assert.equal(of({ answer: "tag", tag: "tag" }, { prompt: "p", tag: 7 }).tag, "7");
});

test("a held-out share goes by the prompt alone: more rows move none across, and one prompt stays on one side", () => {
  const keys = fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(keys, keys, fc.double({ min: 0, max: 0.999, noNaN: true }), (first, more, share) => {
      const split = (all: readonly string[]) =>
        holdOut(
          all.map((key, item) => ({ item: `${item} ${key}`, key })),
          share,
        );
      const [small, large] = [split(first), split([...first, ...more])];
      for (const side of ["train", "eval"] as const) {
        assert.ok(
          small[side].every((item) => large[side].includes(item)),
          `${side} keeps its rows`,
        );
      }
      const keyOf = (item: string): string => item.slice(item.indexOf(" ") + 1);
      const held = new Set(large.eval.map(keyOf));
      assert.ok(
        large.train.every((item) => !held.has(keyOf(item))),
        "no prompt is on both sides",
      );
      assert.equal(large.train.length + large.eval.length, first.length + more.length);
    }),
  );
  const many = Array.from({ length: 4000 }, (_, item) => ({ item, key: `prompt ${item}` }));
  assert.ok(Math.abs(holdOut(many, 0.1).eval.length - 400) < 60, `${holdOut(many, 0.1).eval.length}`);
  assert.equal(holdOut([...many, ...many], 7).eval.length, 14, "a number counts prompts, whose rows stay together");
});

test("a tenth of the rows is held out where nothing says so", () => {
  const rows = Array.from({ length: 2000 }, (_, n) => ({ prompt: `prompt ${n}` }));
  const { trainProblems, evalProblems } = dataProblems(settings(), { name: "d", rows });
  assert.ok(evalProblems.length >= 150 && evalProblems.length <= 250, `${evalProblems.length} of 2,000`);
  assert.equal(trainProblems.length + evalProblems.length, 2000);
});

test("rows to evaluate on are not trained on; limit takes the front", () => {
  const rows = ["a", "b", "a", "c"].map((prompt) => ({ prompt }));
  const { trainProblems, evalProblems } = dataProblems(
    settings({ evalSplit: "test", limit: 1 }),
    { name: "d", rows },
    { name: "e", rows: [{ prompt: "a" }] },
  );
  assert.deepEqual(
    trainProblems.map(({ prompt }) => prompt),
    ["b"],
  );
  assert.deepEqual(
    evalProblems.map(({ prompt }) => prompt),
    ["a"],
  );
});

test("options that contradict each other are refused", () => {
  assert.throws(() => dataTask({ data: "x" }), /task\.rewards is \[\]; it must be a list of at least one reward/);
  assert.throws(() => settings({ evalSplit: "test", heldOut: 3 }), /task\.heldOut is 3; it must be left out/);
  assert.throws(() => settings({ heldOut: 1.5 }), /task\.heldOut is 1\.5/);
  assert.throws(() => settings({ promt: "x" }), /task\.promt is not a known key; did you mean prompt\?/);
});

const gsm8k = sharedPath("data/gsm8k");
test("GSM8K: 7,473 and 1,319 rows, in the work of parsing them a few dozen times", needsShared("data/gsm8k"), async () => {
  const before = process.cpuUsage();
  const { rows } = await readData(gsm8k!, "train");
  const { trainProblems, evalProblems } = dataProblems(settings({ prompt: "{question}\n", answer: "answer" }), { name: "g", rows });
  const work = cpuSince(before);
  assert.equal(trainProblems.length + evalProblems.length, 7473);
  // A busy machine makes both slower. The ratio is 10 to 25 here; code that looks at all rows for each of them takes hundreds.
  const parsing = process.cpuUsage();
  for (let round = 0; round < 5; round += 1) {
    const lines = readFileSync(join(gsm8k!, "train.jsonl"), "utf8").split("\n").filter(Boolean);
    assert.equal(lines.map((line) => JSON.parse(line)).length, 7473);
  }
  const once = cpuSince(parsing) / 5;
  assert.ok(work < 60 * once, `${work} us of work, and ${once} us to parse the rows`);
  assert.equal((await readData(gsm8k!, "test")).rows.length, 1319);
});

/** Microseconds of work of this process, whatever else the machine does. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const digits = sharedPath("data/digit-completion");
test("a Parquet file of messages", needsShared("data/digit-completion"), async () => {
  const { rows } = await readData(digits!, "train");
  assert.equal(rows.length, 800);
  const { trainProblems } = dataProblems(settings({ heldOut: 0 }), { name: "d", rows });
  assert.deepEqual(trainProblems[0]!.prompt, [{ role: "user", content: "8,3:9,4" }]);
  assert.ok(existsSync(join(digits!, "test.parquet")));
});
