import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../../src/random.ts";
import { type EntropyPoint, TOLERANCES, temperatureOfEntropy, unmatched } from "../../../src/rl/evaluation/match_entropy.ts";

/** Entropy of softmax(logits / T), averaged over the contexts of a policy that is a table. */
function entropyOf(table: readonly (readonly number[])[], temperature: number): number {
  const entropies = table.map((logits) => {
    const most = Math.max(...logits);
    const weights = logits.map((logit) => Math.exp((logit - most) / temperature));
    const sum = weights.reduce((a, b) => a + b, 0);
    return -weights.reduce((total, weight) => total + (weight > 0 ? (weight / sum) * Math.log(weight / sum) : 0), 0);
  });
  return entropies.reduce((a, b) => a + b, 0) / table.length;
}

/** The temperature of an entropy, by a bisection of 200 halvings in double precision. */
function exactTemperature(table: readonly (readonly number[])[], target: number): number {
  let [low, high] = [1e-3, 1e3];
  for (let i = 0; i < 200; i += 1) {
    const middle = Math.sqrt(low * high);
    if (entropyOf(table, middle) < target) low = middle;
    else high = middle;
  }
  return low;
}

const random = createRandom(3);
const TABLE = Array.from({ length: 20 }, () => Array.from({ length: 6 }, () => 4 * random.uniform()));

test("finds the temperature of an entropy of a tabular policy", async () => {
  for (const target of [0.15, 0.2, 0.6, 1.2, 1.5]) {
    const known: EntropyPoint[] = [];
    let measured = 0;
    const entropyAt = async (temperature: number): Promise<number> => {
      measured += 1;
      return entropyOf(TABLE, temperature);
    };
    const found = await temperatureOfEntropy({ target, entropyAt, known });
    assert.ok(Math.abs(found!.entropy - target) <= TOLERANCES.entropy * target, `${target}: ${found!.entropy}`);
    assert.equal(found!.entropy, entropyOf(TABLE, found!.temperature));
    const exact = exactTemperature(TABLE, target);
    assert.ok(Math.abs(Math.log(found!.temperature / exact)) < 0.03, `${target}: ${found!.temperature}, not ${exact}`);
    assert.ok(measured <= 12, `${measured} measurements`);
    // What is known shortens the next search, and a temperature is never measured twice.
    const before = measured;
    await temperatureOfEntropy({ target: target * 1.002, entropyAt, known });
    assert.ok(measured - before <= 1);
    assert.equal(new Set(known.map(({ temperature }) => temperature)).size, known.length);
  }
});

test("an entropy out of reach is missing, with a line that says why", async () => {
  const stubborn = async (temperature: number): Promise<number> => 0.4 + temperature / 10;
  for (const target of [0.1, 1]) {
    const known: EntropyPoint[] = [];
    assert.equal(await temperatureOfEntropy({ target, entropyAt: stubborn, known }), undefined);
    const line = unmatched(target, known);
    assert.match(line, new RegExp(`^no temperature gives an entropy of ${target} nats: samples have 0\\.405 nats at temperature 0\\.05`));
    assert.ok(!line.includes("\n"));
  }
});

test("a leap over the entropy is no match, and a small one is", async () => {
  const leaping = (size: number) => async (temperature: number) => (temperature < 0.7 ? 0.3 - size / 2 : 0.3 + size / 2);
  assert.equal(await temperatureOfEntropy({ target: 0.3, entropyAt: leaping(0.2), known: [] }), undefined);
  const near = await temperatureOfEntropy({ target: 0.3, entropyAt: leaping(0.04), known: [] });
  assert.ok(Math.abs(near!.temperature - 0.7) < 0.7 * 2 * TOLERANCES.temperature);
});

test("noise that turns the order of two measurements around still ends", async () => {
  let count = 0;
  const noisy = async (temperature: number): Promise<number> => {
    count += 1;
    return entropyOf(TABLE, temperature) * (1 + 0.05 * Math.sin(1000 * temperature));
  };
  const found = await temperatureOfEntropy({ target: 0.5, entropyAt: noisy, known: [] });
  assert.ok(Math.abs(found!.entropy - 0.5) <= 0.05 && count < 25);
});
