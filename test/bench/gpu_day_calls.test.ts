import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { writeArchive } from "../../bench/gpu_day/archive.ts";
import { keepChoices, restoreChoices, shareChoices } from "../../bench/gpu_day/choices.ts";
import { neededPackages, weigh } from "../../bench/gpu_day/packing.ts";
import type { StageRecord } from "../../bench/gpu_day/run_stage.ts";
import { runStages } from "../../bench/gpu_day/run_stages.ts";
import type { Stage } from "../../bench/gpu_day/stages.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const base = mkdtempSync(join(tmpdir(), "entropic-gpu-day-calls-"));
after(() => rmSync(base, { recursive: true, force: true }));

let folders = 0;
function newFolder(): string {
  folders += 1;
  const folder = join(base, String(folders));
  mkdirSync(folder);
  return folder;
}

/** A stage that adds its name to a list whenever it runs, and then does what the code says. */
function stub(out: string, name: string, code: string, more: Partial<Stage> = {}): Stage {
  const told = `require("node:fs").appendFileSync(${JSON.stringify(join(out, "order"))}, "${name} ");`;
  return { name, args: ["--eval", told + code], result: "printed", limit: 20, expected: 1, ...more };
}

/** Runs a call and returns which stages ran, and which are left. */
async function call(out: string, stages: readonly Stage[], minutes = 1): Promise<[string, string]> {
  rmSync(join(out, "order"), { force: true });
  const left = await runStages(stages, out, { minutes, again: false, say: () => {} });
  const ran = existsSync(join(out, "order")) ? readFileSync(join(out, "order"), "utf8").trim() : "";
  return [ran, left.map(({ name }) => name).join(" ")];
}

const statusOf = (out: string, name: string): StageRecord["status"] =>
  (JSON.parse(readFileSync(join(out, `${name}.stage.json`), "utf8")) as StageRecord).status;

const ONE_ROW_FAILED = "console.log(JSON.stringify({ rows: 3, failed: 1 })); process.exitCode = 1;";

test("a stage whose rows failed has had its turn, and the next call runs what is left", async () => {
  const out = newFolder();
  const first = stub(out, "first", ONE_ROW_FAILED);
  const second = stub(out, "second", "console.log('{}')", { expected: 15 });
  assert.deepEqual(await call(out, [first, second], 0.2), ["first", "second"]);
  assert.equal(statusOf(out, "first"), "done with failures");
  assert.deepEqual(JSON.parse(readFileSync(join(out, "first.json"), "utf8")), { rows: 3, failed: 1 });
  assert.deepEqual(await call(out, [first, second]), ["second", ""]);
  assert.deepEqual(await call(out, [first, second]), ["", ""]);
});

test("stages that never began come before those that did not end, the one tried longest ago first", async () => {
  const out = newFolder();
  const dies = stub(out, "dies", "process.exit(3)");
  const broken = stub(out, "broken", "console.log(JSON.stringify({ brokenOff: 'the device was lost' })); process.exitCode = 1;");
  const fine = stub(out, "fine", "console.log('{}')");
  assert.deepEqual(await call(out, [dies, broken]), ["dies broken", "dies broken"]);
  assert.deepEqual([statusOf(out, "dies"), statusOf(out, "broken")], ["failed", "failed"]);
  assert.deepEqual(await call(out, [broken, dies, fine]), ["fine dies broken", "dies broken"]);
});

test("a stage that takes its call with it is not the first of the next", async () => {
  const out = newFolder();
  const kills = stub(out, "kills", `process.kill(Number(process.env.CALLER), "SIGKILL");`);
  const modules = ["run_stages", "stages"].map((name) => pathToFileURL(join(root, "bench", "gpu_day", `${name}.ts`)).href);
  const code = `import { runStages } from "${modules[0]}"; process.env.CALLER = String(process.pid);
    await runStages([${JSON.stringify(kills)}], ${JSON.stringify(out)}, { minutes: 1, again: false, say: () => {} });`;
  const { signal, status } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], { cwd: root });
  assert.deepEqual([signal, status], process.platform === "win32" ? [null, 1] : ["SIGKILL", null]);
  assert.equal(statusOf(out, "kills"), "cut off");
  const others = [stub(out, "kills", "console.log('{}')"), stub(out, "fine", "console.log('{}')")];
  assert.deepEqual(await call(out, others), ["fine kills", ""]);
});

test("JSON from an earlier call does not make a stage that failed look done, and what a killed one wrote stays", async () => {
  const out = newFolder();
  const file = join(out, "suite.json");
  writeFileSync(file, `{ "rows": 9 }`);
  const written = { result: "written" } as const;
  await call(out, [stub(out, "suite", "process.exitCode = 1", written)]);
  assert.equal(statusOf(out, "suite"), "failed");
  const write = `require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify({ rows: 1, brokenOff: "only 1 of 9" }));`;
  await call(out, [stub(out, "suite", `${write} process.kill(process.pid, "SIGKILL");`, written)]);
  assert.equal(statusOf(out, "suite"), "failed");
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as { rows: number }).rows, 1);
  const line = `console.log(JSON.stringify([1])); console.log(JSON.stringify([1, 2])); process.kill(process.pid, "SIGKILL");`;
  await call(out, [stub(out, "lines", line)]);
  assert.deepEqual(JSON.parse(readFileSync(join(out, "lines.json"), "utf8")), [1, 2], "the last line that is whole");
  const begun = `process.stdout.write('{\\n "cases": [\\n {"name": "a"},\\n {"name": "b"},\\n {"na'); process.kill(process.pid, "SIGKILL");`;
  await call(out, [stub(out, "document", begun)]);
  const { cases, brokenOff } = JSON.parse(readFileSync(join(out, "document.json"), "utf8")) as Record<string, unknown>;
  assert.deepEqual(cases, [{ name: "a" }, { name: "b" }]);
  assert.ok(brokenOff);
});

test("the archive puts results where the next call looks, and never packs weights or itself", () => {
  const folder = newFolder();
  for (const name of ["verify.json", "model.safetensors", "day.tgz", "day.tgz.part"]) writeFileSync(join(folder, name), "{}");
  const archive = join(folder, "day.tgz");
  writeArchive(archive, [folder, join(root, "bench/gpu_day/enter.sh"), join(folder, "absent")]);
  const names = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).split("\n").filter(Boolean);
  const own = basename(folder);
  assert.deepEqual(names.sort(), [`${own}/`, `${own}/verify.json`, "bench/gpu_day/enter.sh"].sort());
  assert.ok(!readdirSync(folder).includes("day.tgz.part"), "it is renamed when it is whole");
});

test("an archive goes into a folder of its own, and one that cannot be packed is refused in one line", () => {
  const folder = newFolder();
  writeFileSync(join(folder, "verify.json"), "{}");
  const archive = join(folder, "new/of/today/day.tgz");
  writeArchive(archive, [join(folder, "verify.json")]);
  assert.match(execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }), /^verify\.json\n$/);
  mkdirSync(join(folder, "taken.tgz.part"));
  assert.throws(() => writeArchive(join(folder, "taken.tgz"), [join(folder, "verify.json")]), /^Error: tar: .+$/);
});

test("what tuning chose goes with the results to the next machine, which keeps its own choices where it has some", (context) => {
  const out = newFolder();
  const before = { XDG_CACHE_HOME: process.env.XDG_CACHE_HOME, TMPDIR: process.env.TMPDIR };
  context.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  /** A machine whose caches hold these choices, if any; returns the file of those without toggles and of those with one. */
  const machine = (choices?: string): [plain: string, toggled: string] => {
    const [cache, temporary] = [newFolder(), newFolder()];
    Object.assign(process.env, { XDG_CACHE_HOME: cache, TMPDIR: temporary });
    const plain = join(cache, "entropic-webgpu/tuning");
    if (choices !== undefined) {
      mkdirSync(plain, { recursive: true });
      writeFileSync(join(plain, "gpu.json"), choices);
    }
    return [join(plain, "gpu.json"), join(`${plain}+skip_validation`, "gpu.json")];
  };
  const read = (file: string): string => readFileSync(file, "utf8");
  machine();
  keepChoices(out, "latest-choices");
  const [none] = machine();
  restoreChoices(out);
  assert.ok(!existsSync(none), "there is nothing to restore");
  machine("first");
  keepChoices(out, "latest-choices");
  const [fresh, toggled] = machine();
  restoreChoices(out);
  shareChoices(out, ["skip_validation"]);
  assert.equal(read(fresh), "first");
  assert.ok(!existsSync(toggled), "toggles wait for those of toggles-none");
  const [own] = machine("own");
  restoreChoices(out);
  assert.equal(read(own), "own");
});

test("a call with --archive leaves one file that holds the records and the report", { timeout: 120_000 }, () => {
  const [out, archive] = [newFolder(), join(base, "call.tgz")];
  const words = ["--adapter", process.env.ENTROPIC_ADAPTER ?? "software", "--dry-run", "--only", "matrices"];
  const run = ["--import", "tsx", "bench/gpu_day/run.ts", ...words, "--out", out, "--archive", archive];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /matrices +done after/);
  const names = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" });
  for (const name of ["matrices.json", "matrices.stage.json", "report.md"]) assert.match(names, new RegExp(`/${name}\n`));
  const report = readFileSync(join(out, "report.md"), "utf8");
  // lavapipe has matrix instructions since Mesa 26.1.
  const has = "8x8x8 f16 to f16, 8x8x8 f16 to f32, .*\\. What the kernel takes: 8x8x8 f16 of 8 lanes\\.\n\nFrozen f16 weights";
  const hasNone = "none\\. What the kernel takes: none\\.\n\nLeft out: the adapter has no chromium-experimental-subgroup-matrix";
  assert.match(report, new RegExp(`## Matrix instructions\n\nWhat the driver has: (${has}|${hasNone})`));
});

test("the kit has the packages that some packages need, from where Node.js finds them, and no others", () => {
  const folder = newFolder();
  const packages = {
    "node_modules/a": { dependencies: { b: "1", gone: "1" } },
    "node_modules/a/node_modules/b": { optionalDependencies: { c: "1", "@os/other": "1" } },
    "node_modules/b": {},
    "node_modules/c": { dependencies: { a: "1" } },
    "node_modules/@os/other": {},
    "node_modules/linter": {},
  };
  for (const place of Object.keys(packages)) if (!place.includes("@os")) mkdirSync(join(folder, place), { recursive: true });
  writeFileSync(join(folder, "node_modules/.package-lock.json"), JSON.stringify({ packages }));
  assert.deepEqual(neededPackages(folder, ["a"]), ["node_modules/a", "node_modules/a/node_modules/b", "node_modules/c"]);
});

test("a tree that is too heavy to travel is refused with its largest files, the kit's among them and what git ignores not", () => {
  const folder = newFolder();
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder });
  git("init", "-q");
  for (const name of [".gpu-day", "ignored"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, ".gitignore"), "/.gpu-day/\n/ignored/\n");
  const sizes = { ".gpu-day/kit.tar.xz": 2, "records.jsonl": 1, "ignored/big": 9 };
  for (const [name, mebibytes] of Object.entries(sizes)) writeFileSync(join(folder, name), Buffer.alloc(mebibytes * 2 ** 20));
  git("add", "records.jsonl");
  assert.equal(weigh(folder, 4), "the tree and its kit weigh 3.0 MiB");
  assert.throws(() => weigh(folder, 2.5), {
    message: /3\.0 MiB, and may weigh 2\.5; the largest are\n {2}2\.0 MiB {2}\.gpu-day\/kit\.tar\.xz\n {2}1\.0 MiB {2}records\.jsonl\n/,
  });
});
