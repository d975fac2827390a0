import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { buildProgram } from "../../src/cli/program.ts";
import { verifyReport } from "../../src/cli/verify/report.ts";
import { readStoredCases } from "../../src/cli/verify/stored_cases.ts";
import { describeFailure, summarize, summaryTable } from "../../src/cli/verify/summary.ts";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { readSafetensors, writeSafetensors } from "../../src/io/safetensors.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { type ConformanceCase, type DeviceWish, holds, type Level, measure, sameBits } from "../../src/testing/conformance/case.ts";
import { conformanceGroups } from "../../src/testing/conformance/index.ts";
import { runConformance, selectCases } from "../../src/testing/conformance/run.ts";
import { entropic } from "../cli_command.ts";

const device = await openDevice();
after(() => device.destroy());
const folder = mkdtempSync(join(tmpdir(), "entropic-verify-"));
after(() => rmSync(folder, { recursive: true }));

const groups = conformanceGroups(await readStoredCases());

const verify = (...args: string[]) => entropic("verify", ...args);

test("every case has a name of its own in its group, without commas", () => {
  for (const { name, cases } of groups) {
    const names = cases.map((one) => one.name);
    assert.deepEqual(
      names.filter((one, i) => names.indexOf(one) !== i || one.includes(",")),
      [],
      name,
    );
  }
});

test("docs/verify.md says what every group asks", () => {
  const asked = [...readFileSync("docs/verify.md", "utf8").matchAll(/^\| (\w+) \| [A-Z].*\|$/gm)].map(([, name]) => name);
  assert.deepEqual(
    asked,
    groups.map(({ name }) => name),
  );
});

/** What CI runs of each group; the tests of ops, losses and controllers run all of theirs. */
const IN_CI = [
  "limits/maxComputeInvocations",
  "limits/maxStorageBuffers",
  "limits/64 bytes",
  "robustness",
  "accuracy",
  "determinism/a completion is the same in any batch: gpt2",
  "paths/decoding through the cache as a whole forward pass: qwen3",
  "ops/rms_norm 70",
  "lanes/4 lanes: rms_norm",
];

test("this driver passes", async () => {
  const { outcomes, facts } = await runConformance(groups, { open: (wish) => openDevice(wish), level: "default", only: IN_CI });
  assert.deepEqual(outcomes.filter(({ status }) => status === "failed").map(describeFailure), []);
  assert.ok(outcomes.filter(({ status }) => status === "passed").length >= 20, `${outcomes.length} cases ran`);
  assert.match(facts["a read past the end"]!, /^gives/);
});

/** Opens this test's adapter with one shader changed. */
async function openWith(shader: string, find: string, replace: string, wish: DeviceWish): Promise<Device> {
  const shaders = loadShaders();
  assert.ok(shaders[shader]!.includes(find), `${shader} holds ${find}`);
  const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "auto");
  return createDevice({
    adapter: await candidate.request(),
    wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures,
    shaders: { ...shaders, [shader]: shaders[shader]!.replaceAll(find, replace) },
    name: candidate.name,
    ...wish,
  });
}

for (const [what, shader, find, replace, only] of [
  ["a dropped last column", "norm/rms_norm", "column < parameters.columns", "column + 1u < parameters.columns", "ops/rms_norm 70 x 33"],
  ["a sum that stops early", "lib/reduce", "stride > 0u", "stride > 1u", "lanes/4 lanes: rms_norm"],
  [
    "noise without the position",
    "sample/next_token",
    "position[row] + 1u, 0u, 0u)",
    "1u, 0u, 0u)",
    "sampling/draws of neighbouring positions",
  ],
  ["an infinity that counts as a number", "lib/numeric", "!= 0x7f800000u", "!= 0xff800000u", "robustness/NaN"],
] as const) {
  test(`${what} is seen`, async () => {
    const open = (wish: DeviceWish): Promise<Device> => openWith(shader, find, replace, wish);
    const { outcomes } = await runConformance(groups, { open, level: "default", only: [only] });
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      outcomes.map(() => "failed"),
    );
    assert.ok(outcomes.length > 0, "a case ran");
  });
}

test("measures say how far off a result is, and where first", () => {
  const shape = [2, 3];
  const right = measure("y", { actual: [1, 2, 3, 4, 5, 6], expected: [1, 2, 3, 4, 5, 6], shape }, 0);
  assert.deepEqual([right.error, right.wrong], [0, undefined]);
  const wrong = measure("y", { actual: [1, 2, 3, 4, 7, 9], expected: [1, 2, 3, 4, 5, 6], shape }, 0.1);
  assert.deepEqual(wrong.wrong, { at: [1, 1], actual: 7, expected: 5 });
  const nan = measure("y", { actual: [1, Number.NaN], expected: [1, 2], shape: [2] }, 1e9);
  assert.equal(nan.error, Number.POSITIVE_INFINITY);
  assert.deepEqual(nan.wrong?.at, [1]);
  const small = { actual: [1000, 0.2], expected: [1000, 0.1], shape: [2] };
  assert.ok(measure("y", small, 1e-3).error < 1e-3, "relative to the largest");
  assert.ok(measure("y", small, 1e-3, true).error > 0.1, "by element");
  assert.equal(sameBits("y", Float32Array.of(0, 1), Float32Array.of(-0, 1)).error, 1);
});

const made = (name: string, more: Partial<ConformanceCase>): ConformanceCase => ({
  name,
  level: "quick",
  run: () => Promise.resolve([holds("well", true)]),
  ...more,
});

test("a case that throws or spoils its device fails, the next one gets another device, and the report says it all", async () => {
  const cases = [
    made("throws", { run: () => Promise.reject(new Error("out of luck\nin two lines")) }),
    made("spoils", {
      run: ({ device: own }) => {
        own.gpu.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
        return own.gpu.queue.onSubmittedWorkDone().then(() => [holds("well", true)]);
      },
    }),
    made("wrong", {
      details: { inputs: "x [2, 3] f32", seed: "7" },
      run: () => Promise.resolve([measure("y", { actual: [1, 2, 9, 4, 5, 6], expected: [1, 2, 3, 4, 5, 6], shape: [2, 3] }, 1e-5)]),
    }),
    made("well", {}),
    made("not here", { skip: () => "this device lacks it" }),
    made("full", { level: "full" }),
  ];
  const own = [{ name: "made", description: "", cases }];
  const result = await runConformance(own, { open: (wish) => openDevice(wish), level: "default" });
  assert.deepEqual(
    result.outcomes.map(({ name, status }) => `${name} ${status}`),
    ["throws failed", "spoils failed", "wrong failed", "well passed", "not here skipped"],
  );
  // Continuous integration may ask for colours (CI=true).
  assert.match(stripVTControlCharacters(summaryTable(summarize(result.outcomes))), /made +1 +3 +1 /);
  assert.equal(describeFailure(result.outcomes[2]!), "made/wrong: y is off by 1.0e+0 (allowed 1.0e-5); first at [0, 2]: 9 instead of 3");
  const report = verifyReport(result, { device, adapter: "lavapipe", level: "default", date: new Date(0) });
  for (const part of [
    /^# .*: 3 of 5 cases failed\n/,
    /\| made \| 1 \| 3 \| 1 \|/,
    /### made: throws\n\n\* out of luck\n/,
    /\* y of shape \[2, 3\] is off by 1\.0e\+0, allowed 1\.0e-5; the first at \[0, 2\] is 9 instead of 3\n\* inputs: x \[2, 3\] f32\n\* seed: 7\n/,
    /verify --only "made\/wrong" --adapter "lavapipe"\n/,
    /1 skipped: this device lacks it/,
    /\| maxComputeInvocationsPerWorkgroup \| \d+ \|/,
    /\| webgpu \(Dawn\) \| \d+\.\d+\.\d+ \|/,
    /\| Node\.js \| v\d+/,
    /\| description \| .+ \|/,
  ]) {
    assert.match(report, part);
  }
});

test("the command prints a table and writes a report", () => {
  const path = join(folder, "verify.md");
  const ran = verify("--only", "robustness/copies,ops/add 7 x 3", "--report", path);
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /robustness +1 +0 +0 .* pass\n/);
  assert.match(ran.stdout, /ops +1 +0 +0 .* pass/);
  assert.match(readFileSync(path, "utf8"), /^# .*: every case passed\n/);
});

test("names that mean no case, and files that cannot be, are refused before anything runs", async () => {
  for (const [args, message] of [
    [["--only", "opps"], /--only names "opps", which is no case; groups are oracle, limits, .*/],
    [["--only", "ops/nothing"], /--only names "ops\/nothing"/],
    [["--report", join(folder, "absent", "x.md")], /--report .*absent.* cannot be written \(ENOENT\)/],
    [["--quick", "--full"], /cannot be used with/],
    [["gelu"], /there is no folder gelu; did you mean --only ops\/gelu\?/],
    [["sampling"], /there is no folder sampling; did you mean --only sampling\?/],
    [["src/testing/cases", "--only", "ops"], /--only "ops" chooses among all cases, and src\/testing\/cases among stored ones/],
    [[join(folder, "no-cases")], /there is no folder .*no-cases/],
  ] as const) {
    const program = await buildProgram("verify");
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await assert.rejects(program.parseAsync(["verify", ...args], { from: "user" }), message);
  }
});

test("a report that is there stays until the next one is whole", async () => {
  const path = join(folder, "kept.md");
  writeFileSync(path, "earlier");
  const program = await buildProgram("verify");
  const words = ["verify", "--report", path, "--only", "limits/64 bytes", "--adapter", "nonsense"];
  await assert.rejects(program.parseAsync(words, { from: "user" }), /no adapter matches "nonsense"/);
  assert.equal(readFileSync(path, "utf8"), "earlier");
});

test("a stored case that is broken is refused by its file, and no driver is blamed", async () => {
  const broken = join(folder, "broken");
  cpSync("src/testing/cases/gpt2--entropic-small", broken, { recursive: true });
  const settings = JSON.parse(readFileSync(join(broken, "case.json"), "utf8")) as { adamw: object };
  const refused = async (file: string, text: string | undefined, pattern: RegExp): Promise<void> => {
    const path = join(broken, file);
    const before = readFileSync(path);
    if (text === undefined) rmSync(path);
    else writeFileSync(path, text);
    await assert.rejects(readStoredCases([broken]), pattern);
    writeFileSync(path, before);
  };
  await refused("case.json", "{", /case\.json is not valid JSON/);
  await refused("case.json", "{}", /case\.json: options is missing; it must be a mapping/);
  await refused("case.json", '{"options":{}}', /case\.json: adamw is missing; it must be a mapping with lr/);
  const half = { ...settings, adamw: { ...settings.adamw, betas: 1 } };
  await refused("case.json", JSON.stringify(half), /case\.json: adamw\.betas is 1; it must be a list of two numbers/);
  await refused("config.json", undefined, /config\.json does not exist/);
  await refused("config.json", '{"model_type":"gpt3"}', /gpt3/);
  await refused("model.safetensors", undefined, /model\.safetensors/);
  assert.equal((await readStoredCases([broken])).length, 1);
});

test("a stored case with other results ends with exit code 1 and names the tensor", async () => {
  const own = join(folder, "other");
  cpSync("src/testing/cases/gpt2--entropic-small", own, { recursive: true });
  const expected = await readSafetensors(join(own, "expected.safetensors"));
  const logp = expected.get("logp")!;
  await writeSafetensors(
    join(own, "expected.safetensors"),
    new Map([["logp", { dtype: "F32", shape: logp.shape, data: Float32Array.from(logp.data, (x) => 1.01 * x) }]]),
  );
  const { status, stdout, stderr } = verify(own);
  assert.equal(status, 1, stderr);
  assert.match(stdout, /oracle +0 +1 +0 .* FAIL/);
  assert.match(stderr, /error: 1 of 1 cases failed on .*, first oracle\/other: logp is off by 9\.9e-3 \(allowed 5\.0e-5\)/);
});

test("a case that software adapters compile for minutes is in a default run on a GPU, and there in a full one alone", () => {
  const named = (level: Level, software: boolean): string[] => selectCases(groups, { level, software }).map(({ case: { name } }) => name);
  const large = "causal_attention sequences of 34 2 by tiles with heads 1/1 of 128";
  assert.ok(named("default", false).includes(large));
  assert.ok(!named("default", true).includes(large));
  assert.ok(named("full", true).includes(large));
  assert.ok(!named("quick", false).includes(large));
  assert.deepEqual(named("quick", true), named("quick", false));
});
