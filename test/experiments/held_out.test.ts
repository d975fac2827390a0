import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { createTask, type Problem } from "../../src/tasks/index.ts";

interface Group {
  readonly model?: unknown;
  readonly task?: { readonly name: string };
  readonly eval?: { readonly prompts?: number };
  readonly start?: { readonly task?: { readonly name: string } };
}

const folder = new URL("../../configs/", import.meta.url);
const read = (file: string): Group & { readonly groups?: Readonly<Record<string, Group>> } =>
  parse(readFileSync(new URL(file, folder), "utf8"));

/** Problems that are alike but for the order of a countdown's digits are one. */
function keyOf({ prompt }: Problem): string {
  const [, digits, target] = /^(\d+)=(\d+):$/.exec(String(prompt)) ?? [];
  return digits === undefined ? String(prompt) : `${[...digits].sort().join("")}=${Number(target)}`;
}

/** What the warm start of a shipped model may have been shown. */
const shownTo = new Map<string, ReadonlySet<string>>();
function shownToModel(model: string): ReadonlySet<string> {
  if (!shownTo.has(model)) {
    const { task } = read(`${basename(model).replace("-base", "_sft")}.yaml`);
    shownTo.set(model, new Set(createTask(task!).problems("train").map(keyOf)));
  }
  return shownTo.get(model)!;
}

const heldOutOf = new Map<string, readonly Problem[]>();
function heldOut(task: { readonly name: string }): readonly Problem[] {
  const key = JSON.stringify(task);
  if (!heldOutOf.has(key)) heldOutOf.set(key, createTask(task).problems("eval"));
  return heldOutOf.get(key)!;
}

/** Of the held-out problems of a study's groups, those that its start was shown: "12 of 256". Groups without any are left out. */
function seenBefore(file: string): string[] {
  const study = read(file);
  return Object.entries(study.groups ?? { "": {} }).flatMap(([name, group]) => {
    const { model, task, start } = { ...study, ...group };
    // A warm start that learns the task of its runs is shown that task's training problems alone.
    if (typeof model !== "string" || !task?.name || (start && !start.task)) return [];
    const shown = start?.task ? new Set(createTask(start.task).problems("train").map(keyOf)) : shownToModel(model);
    const problems = heldOut(task).slice(0, group.eval?.prompts ?? study.eval?.prompts);
    const seen = problems.filter((problem) => shown.has(keyOf(problem))).length;
    return seen > 0 ? [`${file} ${name}: ${seen} of ${problems.length}`.replace(" :", ":")] : [];
  });
}

// Those of another size of task than the start's divide its problems otherwise; docs/studies.md says so.
const KNOWN = ["experiments/auto_target.yaml countdown: 9 of 85", "experiments/target.yaml countdown: 9 of 85"];

test("no study evaluates on problems that its start was shown, but for those that are known to", () => {
  const files = readdirSync(new URL("experiments/", folder)).map((file) => `experiments/${file}`);
  assert.deepEqual(files.sort().flatMap(seenBefore), KNOWN);
});

test("no configuration evaluates on problems that its start was shown", () => {
  for (const file of ["quickstart.yaml", "countdown4.yaml", "codes.yaml", "maze.yaml", "scratchpad.yaml", "sort.yaml"]) {
    assert.deepEqual(seenBefore(file), []);
  }
});
