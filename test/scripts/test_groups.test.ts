import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { groupsOf, nameOf, outcomesByFile } from "../../scripts/test_groups.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "entropic-test-groups-"));
after(() => rmSync(folder, { recursive: true }));

/** Writes a test file. Those that share name what groups go by, in a comment. */
function written(name: string, body: string, shares = false): string {
  const file = join(folder, name);
  writeFileSync(file, `import { test } from "node:test";${shares ? " // sharedDevice()" : ""}\n${body}\n`);
  return file;
}

function npmTest(...words: string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = ["--import", "tsx", "scripts/test.ts", ...words, "--test-concurrency=1"];
  const { status, stdout, stderr } = spawnSync(process.execPath, options, { cwd: root, encoding: "utf8", env });
  return {
    status,
    stdout,
    told: stderr
      .replaceAll(`${nameOf(folder)}/`, "")
      .split("\n")
      .filter(Boolean),
  };
}

test("files that share a device run together, and those that use neither device nor process; others have a process each", () => {
  const sharing = Array.from({ length: 9 }, (_, i) => written(`sharing-${i}.test.ts`, "", true));
  const plain = Array.from({ length: 5 }, (_, i) => written(`plain-${i}.test.ts`, ""));
  const hooked = written("hooked.test.ts", "beforeEach(() => {});", true);
  const narrow = Array.from({ length: 3 }, (_, i) => written(`narrow-${i}.test.ts`, 'import "../narrow_vectors.ts";', true));
  const alone = [written("device.test.ts", "await openDevice();"), written("leaves.test.ts", "process.exit(0);"), hooked];
  const files = [...alone, ...plain, ...sharing, ...narrow];
  assert.deepEqual(groupsOf(files, 1), [
    ...narrow.map((file) => [file]),
    ...[sharing.slice(0, 3), sharing.slice(3, 6), sharing.slice(6)],
    ...[plain.slice(0, 2), plain.slice(2, 4), plain.slice(4)],
    ...alone.map((file) => [file]),
  ]);
  assert.deepEqual(
    groupsOf(files, 3),
    [...narrow, ...sharing, ...plain, ...alone].map((file) => [file]),
  );
});

test("tests belong to the file whose name ends them, and a process that ends early fails what had not ended", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => join(folder, name)) as [string, string, string, string];
  const told = (outcome: "passed" | "failed" | "skipped", name: string) => ({ outcome, name });
  const outcomes = [told("failed", "one"), told("passed", nameOf(a)), told("passed", "two"), told("failed", "/tmp/1.mjs")];
  const ofD = [told("skipped", "three"), told("passed", nameOf(d))];
  const groups = [
    { module: "/tmp/1.mjs", files: [a, b, c] },
    { module: "/tmp/2.mjs", files: [d] },
  ];
  const early = told("failed", "the process of this file ended before its tests did");
  assert.deepEqual(
    [...outcomesByFile([...outcomes, ...ofD], groups)],
    [
      [a, outcomes.slice(0, 2)],
      [d, ofD],
      [b, [early]],
      [c, [early]],
    ],
  );
});

test("a test that a function of another file makes fails the file that calls it, and is run again with it", () => {
  writeFileSync(
    join(folder, "helper.ts"),
    'import { test } from "node:test";\nexport const fails = () => test("fails", () => { throw new Error("x"); });\n',
  );
  const calls = written("calls.test.ts", 'import { fails } from "./helper.ts";\nfails();', true);
  const passes = written("passes.test.ts", 'test("passes", () => {});\ntest("waits", { skip: "for a GPU" }, () => {});', true);
  const { status, stdout, told } = npmTest("--again", calls, passes);
  assert.equal(status, 1);
  assert.equal(stdout.match(/^not ok \d+ - fails$/gm)?.length, 2);
  const failed = "  calls.test.ts: fails";
  assert.deepEqual(told, ["skipped:", "  passes.test.ts: waits (for a GPU)", "failed:", failed, "failed again, alone:", failed]);
});

test("files that cannot be loaded or end their process fail, and take no others with them the second time", () => {
  const loads = written("loads.test.ts", 'throw new Error("no such thing");', true);
  const ends = written("ends.test.ts", 'test("ends", () => { process.exit(0); });', true);
  const later = Array.from({ length: 4 }, (_, i) => written(`later-${i}.test.ts`, 'test("passes", () => {});', true));
  const { status, told } = npmTest("--again", ends, ...later, loads);
  assert.equal(status, 1);
  const early = "the process of this file ended before its tests did";
  const again = told.indexOf("failed again, alone:");
  assert.match(told.slice(0, again).join("\n"), /later-0\.test\.ts: the process/);
  assert.deepEqual(told.slice(again + 1).sort(), [`  ends.test.ts: ${early}`, "  loads.test.ts: loads.test.ts"]);
});

test("a file's hooks have ended before the next file begins", () => {
  const hooked = (name: string, before: string, shared: string) =>
    written(
      name,
      `import { after } from "node:test";\nimport { appendFileSync } from "node:fs";
      const say = (what: string) => appendFileSync(${JSON.stringify(join(folder, "said"))}, what + " ");
      after(async () => { await new Promise((go) => setTimeout(go, ${before})); say("${shared} is over"); });
      test("${shared}", () => say("${shared}"));`,
      true,
    );
  const files = [hooked("hooks-0.test.ts", "300", "first"), hooked("hooks-1.test.ts", "0", "second")];
  const more = Array.from({ length: 3 }, (_, i) => written(`hooked-${i}.test.ts`, "", true));
  assert.equal(npmTest(...files, ...more).status, 0);
  assert.equal(readFileSync(join(folder, "said"), "utf8"), "first first is over second second is over ");
});

test("a pattern of names runs some tests, and what it leaves out is not listed as skipped", () => {
  const file = written("pattern.test.ts", 'test("one", () => {});\ntest("two", () => { throw new Error("x"); });');
  const { status, told } = npmTest("--test-name-pattern=one", file);
  assert.deepEqual([status, told], [0, []]);
});
