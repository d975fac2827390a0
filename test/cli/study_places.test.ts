import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { placesOf } from "../../src/cli/study_places.ts";
import { studies } from "../../src/experiments/index.ts";

const tau = studies.tau!;
const target = studies.target!;

const usual = (...names: string[]): string => join("runs", "experiments", ...names);

test("short runs and their report keep away from the whole ones, with one study and with several", () => {
  const one = placesOf([tau], { quick: true });
  assert.deepEqual([one.root, one.places], [usual("tau-quick"), [{ study: tau, runs: one.root, out: one.root }]]);
  const whole = placesOf([tau, target], {});
  const quick = placesOf([tau, target], { quick: true });
  assert.deepEqual([whole.root, quick.root], [usual("tau+target"), usual("tau+target-quick")]);
  assert.deepEqual(
    quick.places.map(({ runs, out }) => [runs, out]),
    [
      [usual("tau-quick"), usual("tau+target-quick", "tau")],
      [usual("target-quick"), usual("tau+target-quick", "target")],
    ],
  );
});

test("a study that is named twice is one study", () => {
  assert.deepEqual(placesOf([tau, tau], {}), placesOf([tau], {}));
  assert.equal(placesOf([tau, target, tau], {}).root, usual("tau+target"));
});

test("--runs and --out are taken as they are, with a folder for each of several studies", () => {
  assert.deepEqual(placesOf([tau], { runs: "a", out: "b" }).places, [{ study: tau, runs: "a", out: "b" }]);
  const { root, places } = placesOf([tau, target], { runs: "a", out: "b" });
  assert.deepEqual(
    [root, places.map(({ runs, out }) => [runs, out])],
    [
      "b",
      [
        [join("a", "tau"), join("b", "tau")],
        [join("a", "target"), join("b", "target")],
      ],
    ],
  );
  assert.equal(placesOf([tau, target], { runs: "a" }).root, "a");
});
