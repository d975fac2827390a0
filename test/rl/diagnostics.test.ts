import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../src/random.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { type DiagnosticSettings, diagnosticSettings } from "../../src/rl/diagnostics/index.ts";
import { diagnose, flat, namesOf } from "./diagnose.ts";
import { NOISE, type PlantOptions, plant, settings } from "./entropy_plant.ts";

const gainsOf = ({ kp, ki }: { readonly kp?: number; readonly ki?: number }): Partial<DiagnosticSettings> => ({
  gains: { ...settings.gains!, ...(kp !== undefined && { kp }), ...(ki !== undefined && { ki }) },
});

/** In how many of 20 seeded runs each name was found. */
function counts(options: PlantOptions): Record<string, number> {
  const gains = gainsOf(options);
  const found: Record<string, number> = {};
  for (let seed = 0; seed < 20; seed += 1) {
    for (const name of namesOf(diagnose(plant({ ...options, seed }), gains))) found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

for (const noise of NOISE) {
  test(`healthy loops with the measured noise of ${noise} nats are left in peace`, () => {
    assert.deepEqual(counts({ target: 0.35, noise, steps: 60 }), {}, "the quickstart");
    assert.deepEqual(counts({ target: 0.35, noise, steps: 250 }), {}, "a long run");
    assert.deepEqual(counts({ target: 0.3, start: 0.15, noise, steps: 100 }), {}, "from below");
    if (noise <= 0.015) assert.deepEqual(counts({ target: 0.35, kp: 20, ki: 0.2, noise, steps: 250 }), {}, "the method's higher gain");
  });
}

test("oscillation: a gain so high that alpha flips between its limits, with any noise; the advice divides it by 10", () => {
  for (const noise of NOISE) {
    assert.equal(counts({ target: 0.35, kp: 100, noise, steps: 80 }).oscillation, 20, `kp 100, noise ${noise}`);
    assert.equal(counts({ target: 0.35, kp: 1000, ki: 0, noise, steps: 60 }).oscillation, 20, `kp 1000, noise ${noise}`);
  }
  const [finding] = diagnose(plant({ target: 0.45, kp: 1000, ki: 100, steps: 30 }), gainsOf({ kp: 1000, ki: 100 }));
  assert.equal(finding?.severity, "warning");
  assert.match(
    finding.message,
    /^entropy crossed its target \d+ times in 20 steps, by up to 0\.\d+ nats, with \|alpha\| 0\.\d+ on average/,
  );
  assert.equal(finding.advice, "divide entropy.kp by 10 (1000 -> 100) and entropy.ki with it (100 -> 10)");
  const [small] = diagnose(plant({ target: 0.45, kp: 1000, ki: 1, steps: 30 }), gainsOf({ kp: 1000, ki: 1 }));
  assert.equal(small?.advice, "divide entropy.kp by 10 (1000 -> 100)");
});

test("oscillation: a limit cycle without noise is one too; a steady alpha is none", () => {
  assert.deepEqual(
    namesOf(diagnose(plant({ target: 0.35, kp: 100, ki: 0, authority: 0.05, noise: 0, steps: 60 }), gainsOf({ kp: 100, ki: 0 }))),
    ["oscillation"],
  );
  assert.deepEqual(namesOf(diagnose(plant({ target: 0.35, noise: 0, steps: 60 }))), []);
});

test("automatic gains: nothing is judged while they are sought, and the advice names the options that scale them", () => {
  const found = { lambda: 0.3, kiRatio: 0.05 };
  const gains = { gains: { kp: 10, ki: 1, limit: 0.9, found } };
  const at = (history: readonly Metrics[], authority: number, kp: number, ki: number): Metrics[] =>
    history.map((metrics) => ({ ...metrics, "entropic/authority": authority, "entropic/kp": kp, "entropic/ki": ki }));
  const swinging = plant({ target: 0.45, kp: 1000, ki: 100, steps: 30 });
  assert.equal(diagnose(at(swinging, 0.01, 1000, 100), gains)[0]?.advice, "divide entropy.lambda by 10 (0.3 -> 0.03)");
  const resting = plant({ target: 0.35, kp: 10, ki: 0.1, steps: 60 });
  assert.equal(diagnose(at(resting, 0.01, 10, 0.1), gains)[0]?.advice, "raise entropy.kiRatio (0.05 -> 0.15)");
  for (const history of [swinging, resting]) assert.deepEqual(diagnose(at(history, 0, 10, 1), gains), []);
  const late = [...at(resting.slice(0, 40), 0, 10, 1), ...at(resting.slice(40), 0.01, 10, 0.1)];
  assert.deepEqual(namesOf(diagnose(late, gains)), [], "20 steps with the gains that were found are too few");
});

test("offset: kp alone settles beside the target, and so does an integral that is too slow", () => {
  assert.deepEqual(counts({ target: 0.35, kp: 3, ki: 0, steps: 100 }), { offset: 20 });
  assert.deepEqual(counts({ target: 0.35, kp: 10, ki: 0, steps: 100 }), { offset: 20 });
  assert.deepEqual(counts({ target: 0.35, kp: 10, ki: 0.1, steps: 60 }), { offset: 20 });
  const [without] = diagnose(plant({ target: 0.35, kp: 3, ki: 0, steps: 100 }), gainsOf({ kp: 3, ki: 0 }));
  assert.equal(without?.severity, "info");
  assert.match(without.message, /^entropy has settled 0\.0\d+ nats \(\d+ %\) below its target 0\.35, with alpha -0\.\d+ on average/);
  assert.equal(without.advice, "set entropy.ki to 0.3 (kp / 10): kp alone leaves an offset");
  const [slow] = diagnose(plant({ target: 0.35, kp: 10, ki: 0.1, steps: 60 }), gainsOf({ kp: 10, ki: 0.1 }));
  assert.equal(slow?.advice, "raise entropy.ki (0.1 -> 1)");
});

test("saturation: a target out of reach; not while entropy still approaches it", () => {
  for (const noise of NOISE) {
    assert.equal(counts({ target: 0.6, authority: 0.003, noise, steps: 40 }).saturation, 20, `noise ${noise}`);
  }
  const [finding] = diagnose(plant({ target: 0.6, authority: 0.003, noise: 0, steps: 40 }));
  assert.match(finding!.message, /^alpha stood at its limit -0\.9 in 20 of 20 steps, and entropy is still 0\.15\d nats below its target/);
  const approach = plant({ target: 0.05, start: 1.2, noise: 0, steps: 40 });
  assert.ok(approach.every((metrics) => metrics["entropic/saturated"] === 1));
  assert.deepEqual(diagnose(approach), []);
});

/** Metrics of a controller without alpha, whose entropies follow each other; it stands at its limit throughout. */
const atLimit = (entropies: readonly number[], target: number, more: Omit<Metrics, "step"> = {}): Metrics[] =>
  entropies.map((entropy, i) => ({
    ...{ step: i + 1, entropy, loss: 0.1, grad_norm: 1, reward: 0.4, frac_reward_zero_std: 0.3 },
    ...{ "entropic/alpha": 0, "entropic/error": entropy - target, "entropic/target": target, "entropic/saturated": 1, ...more },
  }));

test("saturation: a controller without alpha is not told of one, nor of a gate or a target that it may not have", () => {
  const band = { hasAlpha: false, usesAlpha: false, gains: undefined, gate: "probability" } as const;
  const [above, ...more] = diagnose(atLimit(Array<number>(25).fill(0.6), 0.35), band);
  assert.deepEqual([above?.name, above?.severity, more], ["saturation", "warning", []]);
  assert.equal(
    above?.message,
    "the controller stood at its limit in 20 of 20 steps, and entropy is still 0.25 nats above its target (0.25 before)",
  );
  const below = diagnose(atLimit(Array<number>(25).fill(0.2), 0.35, { "entropic/entropy_coefficient": 0.005 }), band);
  assert.match(below[0]!.message, /0\.15 nats below its target/);
  for (const { message, advice } of [above!, ...below]) assert.doesNotMatch(message + advice, /alpha|entropy\.target|gate|tau/);
  // A band without width is left in every step, to either side.
  const around = Array.from({ length: 60 }, (_, i) => (i % 7 < 4 ? 0.34 : 0.37));
  assert.deepEqual(diagnose(atLimit(around, 0.35), band), []);
});

test("a controller whose alpha moves a lever is not advised to open the gate", () => {
  const stuck = plant({ target: 0.6, authority: 0.003, noise: 0, steps: 40 });
  const [finding] = diagnose(stuck, { usesAlpha: false, gate: "probability" });
  assert.match(finding!.message, /^alpha stood at its limit -0\.9/);
  assert.equal(finding!.advice, "move entropy.target towards the present entropy");
  assert.match(diagnose(stuck, { gate: "probability" })[0]!.advice, /entropy\.gate entropy-effect/);
});

test("collapse: authority is advised by the options that the controller has", () => {
  const fallen = [...flat(20, { entropy: 0.5 }), ...flat(20, { entropy: 0.05 })].map((metrics, i): Metrics => {
    return { ...metrics, step: i + 1, "entropic/target": 0.35 };
  });
  const adviceWith = (changed: Partial<DiagnosticSettings>) => diagnose(fallen, { gate: "probability", ...changed })[0]?.advice;
  assert.equal(adviceWith({}), "lower grpo.learningRate, or give control more authority: entropy.gate entropy-effect, a larger entropy.kp");
  assert.equal(adviceWith({ usesAlpha: false }), "lower grpo.learningRate, or give control more authority: a larger entropy.kp");
  const without = adviceWith({ hasAlpha: false, usesAlpha: false, gains: undefined });
  assert.equal(without, "lower grpo.learningRate, or let the controller act more strongly or hold a higher entropy");
});

test("pushing down: alpha stays positive because the policy would keep a higher entropy, and mode floor does not do that", () => {
  const wanting = { target: 0.35, drift: 0.008, steps: 160 };
  for (const noise of NOISE) assert.deepEqual(counts({ ...wanting, noise }), { "pushing-down": 20 }, `noise ${noise}`);
  const [finding, ...more] = diagnose(plant(wanting));
  assert.deepEqual(more, [], "said once");
  assert.equal(finding?.severity, "warning");
  assert.match(
    finding.message,
    /^alpha was 0\.\d+ on average over 100 steps: the target 0\.35 is below where the policy wants to be, and you are/,
  );
  assert.match(finding.advice, /^set entropy\.mode to floor, .* raise entropy\.target; .* entropy\.release$/);
  const floor = { ...wanting, mode: "floor" } as const;
  assert.deepEqual(diagnose(plant(floor), { isFloor: true }), []);
});

test("pushing down: not on the way to the target, not for a slight pressure, and not once control has let go", () => {
  const far = diagnose(plant({ target: 0.35, start: 1.6, authority: 0.012, drift: 0, steps: 110 }));
  assert.ok(!namesOf(far).includes("pushing-down"), "on its way");
  assert.deepEqual(counts({ target: 0.35, drift: 0.002, steps: 200 }), {}, "alpha at 0.1");
  const released = plant({ target: 0.35, drift: 0.008, steps: 160 }).map((metrics) => ({
    ...metrics,
    ...(metrics.step > 90 && { "entropic/released": 1 }),
  }));
  assert.deepEqual(diagnose(released), []);
});

test("a run that lets go of its entropy is told neither of an offset nor of a collapse", () => {
  const given = plant({ target: 0.45, steps: 150 });
  const fallen = given.map((metrics) => {
    if (metrics.step <= 100) return metrics;
    const entropy = Math.max(0.05, metrics.entropy! - 0.01 * (metrics.step - 100));
    return { ...metrics, entropy, "entropic/alpha": 0.001, "entropic/error": entropy - 0.45, "entropic/released": 1 };
  });
  assert.deepEqual(diagnose(fallen), []);
  assert.deepEqual(namesOf(diagnose(fallen.map((metrics) => ({ ...metrics, "entropic/released": 0 })))), ["collapse", "offset"]);
});

test("dead lever: a gate that lets nothing through, and only the probability gate", () => {
  const closed = flat(12, { "entropic/gated_fraction": 0.004 });
  const [finding, ...more] = diagnose(closed, { gate: "probability", tau: 0.95 });
  assert.deepEqual(more, []);
  assert.equal(finding?.name, "dead-lever-gate");
  assert.equal(finding.step, 10);
  assert.equal(finding.message, "alpha acts on 0.4 % of the tokens (10 steps): few are more probable than tau 0.95");
  assert.deepEqual(diagnose(closed), []);
  assert.deepEqual(diagnose(closed, { gate: "probability", usesAlpha: false }), []);
  assert.deepEqual(diagnose(flat(12, { "entropic/gated_fraction": 0.3 }), { gate: "probability" }), []);
});

/** Entropies that fall from 0.48 towards `end` as plain GRPO's do. */
function falling(end: number, steps: number, time: number, noise = 0.015): Metrics[] {
  const random = createRandom(3);
  return Array.from({ length: steps }, (_, i) => ({
    step: i + 1,
    entropy: Math.max(0, end + (0.48 - end) * Math.exp(-i / time) + noise * random.normal()),
  }));
}

const uncontrolled = { holdsTarget: false, usesAlpha: false };

test("collapse: without control, and in spite of it; a fall to a low target and plain GRPO's slow one are none", () => {
  const [finding, ...more] = diagnose(falling(0, 80, 20), uncontrolled);
  assert.deepEqual(more, [], "said once");
  assert.equal(finding?.name, "collapse");
  assert.equal(finding.severity, "error");
  assert.match(finding.message, /^entropy has fallen from 0\.4\d* to 0\.1\d* nats per token, 2\d % of what it was$/);
  assert.match(finding.advice, /entropy\.controller pi with a target of 0\.3\d* to 0\.3\d*/);
  assert.deepEqual(diagnose(falling(0.13, 400, 100), uncontrolled), []);
  const withTarget = (target: number): Metrics[] => falling(0.02, 80, 15).map((metrics) => ({ ...metrics, "entropic/target": target }));
  assert.deepEqual(namesOf(diagnose(withTarget(0.3))), ["collapse"]);
  assert.deepEqual(diagnose(withTarget(0.02)), []);
});

test("a finding is said again only after ten steps without it", () => {
  const open = { "entropic/gated_fraction": 0.5 };
  const closed = { "entropic/gated_fraction": 0 };
  const series = (pause: number): Metrics[] =>
    [...Array(15).fill(closed), ...Array(pause).fill(open), ...Array(15).fill(closed)].map((values: object, i) => ({
      step: i + 1,
      ...values,
    }));
  const steps = (pause: number): number[] => diagnose(series(pause), { gate: "probability" }).map(({ step }) => step);
  assert.deepEqual(steps(0), [10]);
  // One open step lifts the mean of ten above 0.02 for ten steps: a pause of 1 clears it, and it comes back once the window is shut.
  assert.deepEqual(steps(1), [10, 26]);
  const flicker = series(0).map((metrics) => (metrics.step === 13 ? { ...metrics, "entropic/gated_fraction": 0.19 } : metrics));
  assert.deepEqual(
    diagnose(flicker, { gate: "probability" }).map(({ step }) => step),
    [10],
    "a mean of 0.019 is still closed",
  );
});

test("settings follow the configuration", () => {
  const of = (entropy: object, grpo: object = {}): DiagnosticSettings =>
    diagnosticSettings(parseTrainConfig({ model: "m", task: { name: "addition" }, entropy, grpo }));
  assert.deepEqual(of({}), settings);
  assert.deepEqual(
    [of({ mode: "floor" }).isFloor, of({ target: "spread" }).isFloor, of({ target: "spread", mode: "hold" }).isFloor],
    [true, true, false],
  );
  const holding = ["pi", "aec", "entrocraft", "bonus", "fixed", "none"].map((controller) => of({ controller }).holdsTarget);
  assert.deepEqual(holding, [true, true, true, false, false, false]);
  assert.deepEqual([of({ controller: "fixed" }).usesAlpha, of({ controller: "none" }).usesAlpha], [true, false]);
  const others = ["clip", "stare", "aec", "entrocraft"].map((controller) => of({ controller }, { updatesPerRollout: 2 }));
  const alphas = others.map(({ hasAlpha, usesAlpha }) => `${hasAlpha} ${usesAlpha}`);
  assert.deepEqual(alphas, ["true false", "true false", "false false", "false false"]);
  assert.equal(of({}, { advantage: "w-reinforce" }).comparesWithinGroups, false);
  assert.equal(of({}, { advantage: "gdpo" }).comparesWithinGroups, false, "a group of equal sums may teach");
  assert.deepEqual(of({ gains: "auto" }).gains?.found, {
    lambda: parseTrainConfig({ model: "m", task: { name: "addition" } }).entropy.lambda,
    kiRatio: 0.05,
  });
});
