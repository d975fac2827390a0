import assert from "node:assert/strict";
import { test } from "node:test";
import { PACE, type Pace, type Timer, timeRounds } from "../../src/gpu/timing_rounds.ts";
import { choose } from "../../src/gpu/tuning_choices.ts";
import { createRandom } from "../../src/random.ts";

/** No real time passes here, so nothing waits until a GPU is warm. */
const COLD: Pace = { ...PACE, warmUp: 0 };

/** Candidates that take so many milliseconds a run, and up to a third more where the machine is busy with something else. */
function candidates(
  costs: readonly number[],
  seed: number,
): { readonly timers: Timer[]; readonly spent: number[]; readonly runs: string[] } {
  const { uniform } = createRandom(seed);
  const spent = costs.map(() => 0);
  const runs: string[] = [];
  const timers = costs.map(
    (cost, i): Timer =>
      async (repeats) => {
        const busy = uniform() < 0.5 ? 0.02 * uniform() : 0.33 * uniform();
        // Each submission has a cost of its own.
        const taken = repeats * cost * (1 + busy) + 0.05 * uniform();
        spent[i] = spent[i]! + taken;
        runs.push(String(i));
        return taken;
      },
  );
  return { timers, spent, runs };
}

async function chosenOf(costs: readonly number[], seed: number): Promise<string> {
  const times = await timeRounds(candidates(costs, seed).timers, COLD);
  return choose(Object.fromEntries(times.map((milliseconds, i) => [String(i), { milliseconds }])));
}

test("the best guess stays where all candidates are equal, and goes where another is a tenth faster", async () => {
  const rounds = Array.from({ length: 200 }, (_, seed) => seed);
  const equal = await Promise.all(rounds.map((seed) => chosenOf([0.3, 0.3, 0.3, 0.3, 0.3], seed)));
  const stayed = equal.filter((name) => name === "0").length;
  assert.ok(stayed >= 198, `it stayed in ${stayed} of 200`);
  const faster = await Promise.all(rounds.map((seed) => chosenOf([0.3, 0.27, 0.3], seed)));
  const left = faster.filter((name) => name === "1").length;
  assert.ok(left >= 190, `it went in ${left} of 200`);
});

test("a choice is the first without a fault, unless another takes less than 95 % of its time", () => {
  const first = { milliseconds: 1 };
  assert.equal(choose({ a: first, b: { milliseconds: 0.96 } }), "a");
  assert.equal(choose({ a: first, b: { milliseconds: 0.94 }, c: { milliseconds: 0.93 } }), "c");
  assert.equal(choose({ a: { fault: "other bits" }, b: first, c: { milliseconds: 0.97 } }), "b");
  assert.equal(choose({ a: { fault: "relative error 1" }, b: {} }), "b", "one alone is not timed");
  assert.equal(choose({ a: { fault: "relative error 1" } }), "");
});

test("candidates take turns, in samples of at least 5 ms", async () => {
  const { timers, runs } = candidates([0.01, 0.01, 0.01], 1);
  await timeRounds(timers, COLD);
  assert.deepEqual(runs.slice(-15), new Array(5).fill(["0", "1", "2"]).flat());
  const samples: number[] = [];
  const timer: Timer = async (repeats) => {
    samples.push(repeats * 0.01);
    return repeats * 0.01;
  };
  const [time] = await timeRounds([timer], COLD);
  assert.ok(Math.abs(time! - 0.01) < 1e-9);
  assert.ok(
    samples.slice(-5).every((milliseconds) => milliseconds >= 5 && milliseconds < 8),
    samples.join(),
  );
});

test("a slow candidate is not timed for more than its share, and none where a GPU forgets its timestamps", async () => {
  const { timers, spent } = candidates([0.3, 20, 200], 1);
  const times = await timeRounds(timers, COLD);
  assert.ok(spent[1]! < 60 && spent[2]! < 600, "two runs of those that are far behind");
  assert.ok(times[1]! >= 20 && times[2]! >= 200);
  // All are slow, none is behind: each has its share.
  const slow = candidates([45, 50, 55], 2);
  await timeRounds(slow.timers, COLD);
  assert.ok(
    slow.spent.every((milliseconds) => milliseconds < 300),
    slow.spent.join(),
  );
  const [lost, known] = await timeRounds([async () => 0, async (repeats) => repeats], COLD);
  assert.deepEqual([lost, known], [Number.POSITIVE_INFINITY, 1]);
});

test("a candidate whose first run takes long by chance is timed like the others", async () => {
  const slowAtFirst = (cost: number): Timer => {
    let runs = 0;
    return async (repeats) => {
      runs += 1;
      return repeats * cost + (runs === 1 ? 40 : 0);
    };
  };
  for (const order of [
    [0.3, 0.1],
    [0.1, 0.3],
  ]) {
    const times = await timeRounds(order.map(slowAtFirst), COLD);
    assert.deepEqual(
      times.map((time) => Number(time.toFixed(6))),
      order,
    );
  }
});

test("a GPU is kept busy before anything is timed", async () => {
  const begin = performance.now();
  let warm = 0;
  const timer: Timer = async (repeats) => {
    if (performance.now() - begin < 30) warm += 1;
    return repeats;
  };
  await timeRounds([timer], { ...PACE, warmUp: 30 });
  assert.ok(warm > 5 && performance.now() - begin >= 30);
});
