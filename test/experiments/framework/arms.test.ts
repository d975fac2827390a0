import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parse } from "yaml";
import { armCells, cellName } from "../../../src/experiments/framework/arms/cells.ts";
import { armsFindings } from "../../../src/experiments/framework/arms/findings.ts";
import { holdingOf, pairedDifferences } from "../../../src/experiments/framework/arms/holding.ts";
import { armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import { diagnosisTable, entropyTable, scoreTable, significanceTable } from "../../../src/experiments/framework/arms/tables.ts";
import type { CellResults } from "../../../src/experiments/framework/cell.ts";
import { parseSettings, withQuick } from "../../../src/experiments/framework/settings.ts";
import { createTask } from "../../../src/tasks/index.ts";
import { findings, runOf, settled } from "./arm_runs.ts";

test("a run is judged by its last half", () => {
  const { entropy, offset, meanError, deviation } = holdingOf(runOf("near", 0, settled(0.44)));
  assert.ok(Math.abs(entropy - 0.44) < 1e-12);
  assert.ok(Math.abs(offset - 0.1) < 1e-12);
  assert.ok(Math.abs(meanError - 0.04) < 1e-12);
  assert.ok(Math.abs(deviation - 0.01 * Math.sqrt(2 / 3)) < 1e-12);
});

test("differences are paired by seed", () => {
  const differences = pairedDifferences(findings.runs, "near", "GRPO", (run) => run.after.passAtK);
  assert.deepEqual(
    differences.map((value) => Number(value.toFixed(6))),
    [0.02, 0.01],
  );
});

const shipped: unknown = parse(await readFile(new URL("../../../configs/experiments/tau.yaml", import.meta.url), "utf8"));

test("a warm start may learn another task than its runs train, where both write with the same characters", () => {
  const maze = { name: "maze", size: 5, maxSteps: 8 };
  const startOf = (task: object) => {
    const start = { model: { model_type: "llama" }, sft: { steps: 7 }, task };
    const settings = { ...(withQuick(shipped, true) as object), start, task: maze, arms: { GRPO: { entropy: { controller: "none" } } } };
    const [cell] = armCells(parseSettings(armsSchema, settings));
    assert.equal(cell!.config.task.size, 5);
    return cell!.start.kind === "warm start" ? cell!.start : assert.fail();
  };
  const smaller = startOf({ name: "maze", size: 4 });
  assert.deepEqual([smaller.config.task, smaller.config.sft.steps], [{ name: "maze", size: 4 }, 7]);
  assert.deepEqual(smaller.task!.problems("train").length, createTask({ name: "maze", size: 4 }).problems("train").length);
  assert.throws(
    () => startOf({ name: "sort" }),
    /^ConfigError: start\.task sort writes with "[^"]+", and maze, which its runs train, with "[^"]+"$/,
  );
});

test("an arm changes what it names and nothing else", () => {
  const settings = parseSettings(armsSchema, withQuick(shipped, true));
  const cells = armCells(settings);
  assert.equal(new Set(cells.map(({ name }) => name)).size, cells.length, "two cells share a folder");
  const [grpo, low] = cells;
  assert.equal(grpo!.name, "seed-0/grpo");
  assert.equal(cellName(3, "EntroPIC, T 0.6"), "seed-3/entropic-t-0.6");
  assert.equal(grpo!.config.entropy.controller, "none");
  const { controller, gate, tau } = low!.config.entropy;
  assert.deepEqual({ controller, gate, tau }, { controller: "pi", gate: "probability", tau: 0 });
  assert.deepEqual(low!.config.grpo, grpo!.config.grpo);
  assert.equal(low!.config.grpo.steps, 30);
});

test("findings keep what reports need, with a run for each seed and arm", () => {
  const settings = parseSettings(armsSchema, withQuick(shipped, true));
  const results: CellResults = new Map(
    armCells(settings).map(({ name, config }) => {
      const steps = [1, 2, 3].map((step) => ({ step, entropy: step / 10, reward: 0.5, "entropic/alpha": 0.1, step_time: 2 }));
      const evaluation = (passAt1: number) => ({ "eval/pass@1": passAt1, "eval/pass@4": 0.8, "eval/greedy": 0.6 });
      const metrics = [{ step: 0, ...evaluation(0.3) }, ...steps.slice(0, 2), { ...steps[2]!, ...evaluation(0.4) }];
      return [name, { config, metrics: metrics as never, observations: [], seconds: 7 }];
    }),
  );
  const { k, runs } = armsFindings(settings, results);
  assert.equal(k, 4);
  assert.equal(runs.length, 7);
  const [run] = runs;
  assert.deepEqual(run!.entropy, [0.1, 0.2, 0.3]);
  assert.deepEqual([run!.before.passAt1, run!.after.passAt1, run!.after.passAtK, run!.seconds], [0.3, 0.4, 0.8, 6]);
});

const groupedStudy = await readFile(new URL("../../../configs/experiments/target.yaml", import.meta.url), "utf8");

test("a group changes every arm, replaces the task whole, and says what else to evaluate", () => {
  const settings = parseSettings(armsSchema, withQuick(parse(groupedStudy), true));
  const cells = armCells(settings);
  assert.equal(cells.length, 15);
  assert.equal(new Set(cells.map(({ name }) => name)).size, cells.length, "two cells share a folder");
  const maze = cells.find(({ name }) => name === "seed-0/maze/target-0.5")!;
  assert.equal(maze.task.name, "maze");
  assert.deepEqual(maze.config.task, { name: "maze" });
  assert.equal(maze.config.grpo.maxNewTokens, 9);
  assert.equal(maze.config.entropy.target, 0.5);
  assert.deepEqual(Object.keys(maze.elsewhere!), ["harder (5 x 5 squares)", "countdown", "sort"]);
});

test("a group may change one arm further", async () => {
  const text = await readFile(new URL("../../../configs/experiments/auto_target.yaml", import.meta.url), "utf8");
  const cells = armCells(parseSettings(armsSchema, withQuick(parse(text), false)));
  const targetOf = (name: string) => cells.find((cell) => cell.name === name)!.config.entropy.target;
  assert.notEqual(targetOf("seed-0/sort/best-fixed"), targetOf("seed-0/maze/best-fixed"));
  assert.equal(targetOf("seed-0/maze/automatic"), "auto");
});

test("drift is the slope over the last half, in nats per 100 steps", () => {
  const { drift } = holdingOf({ target: 0.4, entropy: [9, 9, 9, 9, 0.4, 0.41, 0.42, 0.43] });
  assert.ok(Math.abs(drift - 1) < 1e-9);
});

test("diagnoses of a run are those of train, and a tag's entropy is kept where it is asked for", () => {
  const settings = { ...parseSettings(armsSchema, withQuick(shipped, true)), byTag: true };
  const results: CellResults = new Map(
    armCells(settings).map(({ name, config }) => {
      const steps = Array.from({ length: 40 }, (_, i) => ({
        step: i + 1,
        entropy: 0.5,
        reward: 0.5,
        "entropic/alpha": 0.9,
        "entropic/saturated": 1,
        "entropic/target": 0.35,
        "entropic/error": 0.15,
        "tags/easy/entropy": 0.25,
      }));
      return [name, { config, metrics: [{ step: 0 }, ...steps] as never, observations: [], seconds: 7 }];
    }),
  );
  const { runs } = armsFindings(settings, results);
  const controlled = runs.find(({ arm }) => arm === "entropy-effect")!;
  assert.ok(controlled.diagnoses!.includes("saturation"), String(controlled.diagnoses));
  assert.deepEqual(Object.keys(controlled.tags!), ["easy"]);
  assert.equal(controlled.tags!.easy![39], 0.25);
});

test("the tables have a line for each arm, and name the statistical test", () => {
  const arms = ["GRPO", "near", "far"];
  assert.equal(entropyTable(arms, findings).split("\n").length, 5);
  assert.equal(scoreTable(arms, findings).split("\n").length, 5);
  const significance = significanceTable(arms, findings);
  // Differences of -0.20 and -0.21: t = 41 with one degree of freedom, and twice that p for two arms.
  assert.match(significance, /\| far \| pass@8 \| -0\.205 \(-0\.269 to -0\.141\) \| p = 0\.016 \| p = 0\.031 \|/);
  assert.equal(significance.split("\n").length, 2 + 2 * 4);
  assert.equal(diagnosisTable(arms, findings), "");
});
