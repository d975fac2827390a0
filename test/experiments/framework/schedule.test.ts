import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell, CellResult, Start } from "../../../src/experiments/framework/cell.ts";
import { chosenCells } from "../../../src/experiments/framework/partial.ts";
import { createSchedule } from "../../../src/experiments/framework/schedule.ts";

const folder: Start = { kind: "folder", dir: "a" };
const warm = { kind: "warm start", name: "w" } as Start;
const tune: Cell["tune"] = (config) => config;

function cellOf(name: string, more: Partial<Cell> = {}): Cell {
  return { name, start: folder, ...more } as Cell;
}

const done = {} as CellResult;

/** What a promise has come to by now. */
async function now<Value>(promise: Promise<Value>): Promise<Value | "waits"> {
  await new Promise((resolve) => setImmediate(resolve));
  return Promise.race([promise, Promise.resolve("waits" as const)]);
}

test("cells come in their order, and one with tune waits for those before it, or for those that it names", async () => {
  const cells = [cellOf("a"), cellOf("b"), cellOf("c", { tune, needs: ["a"] }), cellOf("d", { tune })];
  const schedule = createSchedule(cells);
  assert.equal((await schedule.take())?.name, "a");
  assert.equal((await schedule.take())?.name, "b");
  const third = schedule.take();
  assert.equal(await now(third), "waits");
  schedule.complete(cells[0]!, done);
  assert.equal(((await now(third)) as Cell).name, "c");
  const fourth = schedule.take();
  schedule.complete(cells[1]!, done);
  assert.equal(await now(fourth), "waits");
  schedule.complete(cells[2]!, done);
  assert.equal(((await now(fourth)) as Cell).name, "d");
  assert.equal(await schedule.take(), undefined);
  assert.deepEqual([...schedule.results().keys()], ["a", "b", "c"]);
});

test("cells that share a warm start wait until the first has made it; others pass them", async () => {
  const cells = [cellOf("a", { start: warm }), cellOf("b", { start: warm }), cellOf("c")];
  const schedule = createSchedule(cells);
  assert.equal((await schedule.take())?.name, "a");
  assert.equal((await schedule.take())?.name, "c");
  const next = schedule.take();
  assert.equal(await now(next), "waits");
  schedule.startIsMade(cells[0]!);
  assert.equal(((await now(next)) as Cell).name, "b");
});

test("a schedule that is closed gives out nothing more, to those that wait either", async () => {
  const cells = [cellOf("a"), cellOf("b", { tune }), cellOf("c", { tune })];
  const schedule = createSchedule(cells);
  await schedule.take();
  const next = schedule.take();
  schedule.close();
  assert.equal(await now(next), undefined);
});

test("words choose cells by parts of their names, with the cells that they need", () => {
  const cells = [
    cellOf("search/seed-9/codes/grpo/setting-1"),
    cellOf("seed-0/codes/grpo", { tune, needs: ["search/seed-9/codes/grpo/setting-1"] }),
    cellOf("seed-0/maze/grpo"),
    cellOf("seed-0/codes/pi-hold"),
  ];
  const names = (...words: string[]): string[] | undefined => chosenCells(cells, words)?.map(({ name }) => name);
  assert.deepEqual(names("maze"), ["seed-0/maze/grpo"]);
  assert.deepEqual(names("seed-0/codes/GRPO"), ["search/seed-9/codes/grpo/setting-1", "seed-0/codes/grpo"]);
  assert.deepEqual(names("maze", "PI hold"), ["seed-0/maze/grpo", "seed-0/codes/pi-hold"]);
  assert.equal(names("maze", "sort"), undefined);
});
