import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { pairedTest, testInWords } from "../../src/experiments/framework/paired.ts";
import { readRecords } from "../../src/experiments/framework/records.ts";

const fileAt = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const readme = await readFile(fileAt("README.md"), "utf8");
const page = await readFile(fileAt("docs/results/long-runs.md"), "utf8");
const report = await readFile(fileAt("docs/results/long/report.md"), "utf8");
const records = await readRecords(fileURLToPath(fileAt("docs/results/long/records.jsonl")));

/** The cells of the rows of a Markdown table, without the marks of bold text; the first row is the header. */
function tableAt(text: string, header: string): string[][] {
  const from = text.indexOf(header);
  assert.ok(from >= 0, `no table ${header}`);
  const lines = text.slice(from).split("\n");
  const rows = lines.slice(0, lines.indexOf("")).filter((_, i) => i !== 1);
  return rows.map((line) =>
    line
      .replaceAll("**", "")
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const [, ...shown] = tableAt(page, "| | greedy | pass@1 at equal entropy | pass@8 | entropy (nats) | greedy, seeds 0 to 4 |");

/** What the report, and the names of its runs, call what the page's rows are about. */
const ARMS: Readonly<Record<string, readonly [arm: string, run: string | undefined]>> = {
  "before training": ["before training", undefined],
  "plain GRPO": ["GRPO", "grpo"],
  MaxRL: ["MaxRL", "maxrl"],
  EntroPIC: ["PI group floor, then release", "pi-group-floor-then-release"],
  "EntroPIC with MaxRL": ["MaxRL with PI group floor, then release", "maxrl-with-pi-group-floor-then-release"],
  "searched floor": ["PI floor, then release", "pi-floor-then-release"],
};

/** The rows of a task's table in the report. */
function rowsOf(task: string): string[][] {
  return tableAt(report.slice(report.indexOf(`\n### ${task[0]!.toUpperCase()}${task.slice(1)}\n`)), "| arm | seeds | greedy |");
}

test("the page on long runs shows all tasks of the study long, each before training and by the arms that have all seeds there", () => {
  const tasks = ["codes", "countdown4", "scratchpad"];
  const expected = tasks.flatMap((task) => {
    const complete = rowsOf(task).filter(([label, seeds]) => seeds === "5" || label === "before training");
    return Object.entries(ARMS).flatMap(([arm, [label]]) => (complete.some(([own]) => own === label) ? `${task}, ${arm}` : []));
  });
  assert.deepEqual(
    shown.map(([name]) => name),
    expected,
  );
});

for (const [name, greedy, matched, passAt8, entropy, seeds] of shown) {
  const [task, arm] = name!.split(", ") as [string, string];
  test(`the page's figures of ${name} are those of the report and of its records`, () => {
    const [header, ...rows] = rowsOf(task);
    const row = rows.find(([label]) => label === ARMS[arm]![0])!;
    const reported = (column: RegExp): string => row[header!.findIndex((label) => column.test(label))]!;
    assert.deepEqual([greedy, matched, passAt8], [reported(/^greedy$/), reported(/^pass@1 at .* nats$/), reported(/^pass@8$/)]);
    assert.equal(entropy, reported(/^entropy$/).replace(/ ±.*/, ""));
    const run = ARMS[arm]![1];
    if (run === undefined) return assert.equal(seeds, "");
    const ends = seeds!.split(", ").map((_, seed) => {
      const { metrics } = records.find(({ cell }) => isRun(cell, seed, task, run))!;
      return Number(metrics.at(-1)!["eval/greedy"]).toFixed(2);
    });
    assert.deepEqual(seeds!.split(", "), ends);
    assert.equal(ends.length, 5);
  });
}

/** Two arms that came to the same settings are one training, which is recorded once. */
function isRun(cell: string, seed: number, task: string, run: string): boolean {
  const same = task === "countdown4" && run === "pi-floor-then-release" ? "pi-hold-then-release" : run;
  return cell === `seed-${seed}/${task}/${run}` || cell === `seed-${seed}/${task}/${same}`;
}

/** What a floor with dynamic sampling gains over GRPO in left-open and fresh-seeds together, as rows of a report. */
async function tenSeeds(): Promise<string[]> {
  const studies = ["left-open", "fresh-seeds"].map((name) => readRecords(fileURLToPath(fileAt(`docs/results/${name}/records.jsonl`))));
  const all = (await Promise.all(studies)).flat();
  const end = (seed: number, task: string, arm: string, metric: string): number =>
    Number(all.find(({ cell }) => cell === `seed-${seed}/${task}/${arm}`)!.metrics.at(-1)![metric]);
  const measures = { codes: ["greedy", "H0.1/pass@1", "pass@8"], countdown4: ["greedy", "H0.2/pass@1", "pass@8"] };
  return Object.entries(measures).flatMap(([task, names]) =>
    names.map((name) => {
      const gains = Array.from({ length: 10 }, (_, seed) => {
        const of = (arm: string): number => end(seed, task, arm, `eval/${name}`);
        return of("dapo-with-pi-group-floor-then-release") - of("grpo");
      });
      return `| ${testInWords(pairedTest(gains))} |`;
    }),
  );
}

test("the differences between arms that README and the page on long runs tell are those of the reports", async () => {
  const others = ["fresh-seeds", "learning-rates", "left-open", "generalise", "new-task", "larger-model", "larger-model-longer"].map(
    (name) => readFile(fileAt(`docs/results/${name}/report.md`), "utf8"),
  );
  const rows = [report, ...(await Promise.all(others)), ...(await tenSeeds())].join("\n").split("\n");
  const section = readme.slice(readme.indexOf("### Long runs"), readme.indexOf("### The quickstart"));
  const [short, long] = [section, page].map((text) => [
    ...text.replaceAll("\n", " ").matchAll(/([+-]0\.\d{3})(?: greedy,)? \(?(-?0\.\d{3}) to (-?0\.\d{3})/g),
  ]) as [RegExpExecArray[], RegExpExecArray[]];
  assert.ok(short.length >= 6 && long.length >= 10, `${short.length} and ${long.length} differences`);
  for (const [text, mean, low, high] of [...short, ...long]) {
    const signed = (value: string): string => (value.startsWith("-") ? value : `+${value}`);
    const interval = `${mean} (${signed(low!)} to ${signed(high!)}`;
    assert.ok(
      rows.some((row) => row.startsWith("|") && row.includes(interval)),
      `${text}: no report has ${interval}`,
    );
  }
});
