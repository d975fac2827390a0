import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkEnvironment, environment, VARIABLE_NAMES } from "../../src/node/environment.ts";
import { openDevice } from "../../src/node/open_device.ts";

/** Runs with one variable set otherwise. */
async function withVariable(name: string, value: string, run: () => unknown): Promise<void> {
  const before = process.env[name];
  process.env[name] = value;
  try {
    await run();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

const wrong: [name: string, value: string, expected: RegExp][] = [
  ["ENTROPIC_DEBUG", "foo", /the environment variable ENTROPIC_DEBUG is "foo"; it must be one of 0, 1, 2, 3, 4, or not set/],
  ["ENTROPIC_SUBGROUPS", "yes", /ENTROPIC_SUBGROUPS is "yes"; it must be one of 0, 1/],
  ["ENTROPIC_IMMEDIATES", "off", /ENTROPIC_IMMEDIATES is "off"/],
  ["ENTROPIC_LANES", "12", /ENTROPIC_LANES is "12"; it must be one of 4, 8, 16/],
  ["ENTROPIC_TUNE", "2", /ENTROPIC_TUNE is "2"; it must be one of 0, 1, force, all, force-all/],
  ["ENTROPIC_SUBGROUP_MATRIX", "constructor", /ENTROPIC_SUBGROUP_MATRIX is "constructor"; it must be one of 0, 1, f16, emulated/],
  [
    "ENTROPIC_TOGGLES",
    "-skip_validation,fast",
    /ENTROPIC_TOGGLES has fast; it takes disable_robustness, skip_validation, .*leading - to turn it off/,
  ],
  ["ENTROPIC_SUBGROUP", "0", /the environment variable ENTROPIC_SUBGROUP means nothing here; did you mean ENTROPIC_SUBGROUPS\?/],
];

for (const [name, value, expected] of wrong) {
  test(`${name}=${value} is refused before a device is opened`, () =>
    withVariable(name, value, async () => {
      assert.throws(checkEnvironment, expected);
      await assert.rejects(openDevice(), expected);
    }));
}

test("an empty variable is unset, and docs/environment.md has every name", async () => {
  await withVariable("ENTROPIC_DEBUG", "", () => assert.equal(environment("ENTROPIC_DEBUG"), undefined));
  const page = readFileSync("docs/environment.md", "utf8");
  for (const name of VARIABLE_NAMES) assert.ok(page.includes(`\`${name}\``), name);
});
