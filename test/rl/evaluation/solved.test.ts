import assert from "node:assert/strict";
import { test } from "node:test";
import { bitsFromHex, bitsToHex } from "../../../src/rl/evaluation/bits.ts";
import { recordSolved, type SolvedRecord } from "../../../src/rl/evaluation/solved.ts";
import type { ScoredRollout } from "../../../src/rl/sampling/dynamic_sampling.ts";
import type { Problem } from "../../../src/tasks/task.ts";

const training: readonly Problem[] = ["easy", "easy", "hard", "hard", undefined].map((tag, i) => ({
  prompt: `${i}=`,
  ...(tag !== undefined && { tag }),
}));
const heldOut: readonly Problem[] = [
  { prompt: "a=", tag: "hard" },
  { prompt: "b=", tag: "easy" },
  { prompt: "c=", tag: "hard" },
];

/** A rollout of two completions each of some training problems, with these rewards. */
function rolloutOf(rewards: Readonly<Record<number, readonly (number | null)[]>>): ScoredRollout {
  const rows = Object.entries(rewards).flatMap(([index, scores]) => scores.map((score) => ({ problem: training[Number(index)]!, score })));
  return {
    entries: rows.map(({ problem }) => ({ problem })),
    scores: { rewards: rows.map(({ score }) => score) },
  } as unknown as ScoredRollout;
}

const steps: readonly ((record: SolvedRecord) => void)[] = [
  (record) => record.evaluated([false, true, false]),
  (record) => record.sampled(rolloutOf({ 0: [0, 1], 2: [0, 0.5] })),
  (record) => record.sampled(rolloutOf({ 0: [0, 0], 3: [1, null] })),
  (record) => record.evaluated([true, false, false]),
];

function shown(record: SolvedRecord) {
  const { heldOut: held, training: of } = record.shares()!;
  const plain = ({ all, byTag }: { all: number; byTag: ReadonlyMap<string, number> }) => ({ all, ...Object.fromEntries(byTag) });
  return { heldOut: plain(held), seen: plain(of.seen), everSolved: plain(of.everSolved), solved: plain(of.solved) };
}

test("a scripted run: what was seen, ever solved, and solved when last sampled, by stratum", () => {
  const record = recordSolved(training, heldOut);
  for (const step of steps) step(record);
  assert.deepEqual(shown(record), {
    heldOut: { all: 2 / 3, easy: 1, hard: 0.5 },
    seen: { all: 3 / 5, easy: 0.5, hard: 1 },
    everSolved: { all: 2 / 5, easy: 0.5, hard: 0.5 },
    solved: { all: 1 / 5, easy: 0, hard: 0.5 },
  });
});

test("saved after any step, through JSON, and gone on with, it is the same record", () => {
  const whole = recordSolved(training, heldOut);
  for (const step of steps) step(whole);
  for (let cut = 0; cut <= steps.length; cut += 1) {
    const first = recordSolved(training, heldOut);
    for (const step of steps.slice(0, cut)) step(first);
    const second = recordSolved(training, heldOut);
    // What it held before must not stay.
    second.sampled(rolloutOf({ 4: [1, 1] }));
    second.load(JSON.parse(JSON.stringify(first.save())), cut);
    for (const step of steps.slice(cut)) step(second);
    assert.deepEqual(shown(second), shown(whole));
    assert.deepEqual(second.save(), whole.save());
  }
});

test("a record that does not reach back to the beginning is none", () => {
  const old = recordSolved(training, heldOut);
  old.load(undefined, 7);
  old.sampled(rolloutOf({ 0: [1] }));
  assert.deepEqual([old.shares(), old.save()], [undefined, undefined]);
  const other = recordSolved([...training, ...training], heldOut);
  other.load(recordSolved(training, heldOut).save(), 7);
  assert.equal(other.shares(), undefined, "of other problems");
  const fresh = recordSolved(training, heldOut);
  fresh.load(undefined, 0);
  assert.ok(fresh.shares(), "a run that has not begun");
});

const repeated = [training[0]!, training[2]!, training[0]!, training[3]!, training[0]!];

test("a problem that repeats among the training problems counts once, so that shares reach 1", () => {
  const record = recordSolved(repeated, heldOut);
  record.sampled(rolloutOf({ 0: [1, 0], 2: [0, 0] }));
  const plain = { seen: { all: 2 / 3, easy: 1, hard: 0.5 }, everSolved: { all: 1 / 3, easy: 1, hard: 0 } };
  const { seen, everSolved } = shown(record);
  assert.deepEqual({ seen, everSolved }, plain);
  record.sampled(rolloutOf({ 2: [1, 1], 3: [1, 0] }));
  const all = { all: 1, easy: 1, hard: 1 };
  assert.deepEqual(shown(record), { heldOut: { all: 0, easy: 0, hard: 0 }, seen: all, everSolved: all, solved: all });
  const resumed = recordSolved(repeated, heldOut);
  resumed.load(JSON.parse(JSON.stringify(record.save())), 2);
  assert.deepEqual(shown(resumed), shown(record));
});

test("a checkpoint of an older release, with a bit at the last place of a repeated problem alone, goes on rightly", () => {
  const record = recordSolved(repeated, heldOut);
  const old = { heldOut: [true, false, false], seen: [0, 1, 0, 0, 1], everSolved: [0, 0, 0, 0, 1], solved: [0, 1, 0, 0, 0] };
  const saved = Object.fromEntries(Object.entries(old).map(([name, bits]) => [name, bitsToHex(bits.map(Boolean))]));
  record.load(saved as ReturnType<SolvedRecord["save"]>, 4);
  assert.deepEqual(shown(record), {
    heldOut: { all: 1 / 3, easy: 0, hard: 0.5 },
    seen: { all: 2 / 3, easy: 1, hard: 0.5 },
    everSolved: { all: 1 / 3, easy: 1, hard: 0 },
    solved: { all: 1 / 3, easy: 0, hard: 0.5 },
  });
});

test("a right answer solves its problem however long it is", () => {
  const record = recordSolved(training, heldOut);
  const rollout = rolloutOf({ 0: [0.5, -1], 1: [-1, -0.5] });
  record.sampled({ ...rollout, scores: { ...rollout.scores, unpunished: { rewards: [1, 0, 0, 0.5] } } });
  assert.deepEqual(shown(record).everSolved, { all: 1 / 5, easy: 0.5, hard: 0 });
});

test("bits survive their digits, whatever their number", () => {
  for (let length = 0; length < 13; length += 1) {
    const bits = Array.from({ length }, (_, i) => (i * 7 + length) % 3 === 0);
    assert.deepEqual(bitsFromHex(bitsToHex(bits), length), bits);
  }
  assert.equal(bitsFromHex("ff", 9), undefined);
});
