import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compareLosses, summarize } from "../../bench/peers/compare.ts";
import { HARDWARE, type PeerReport, SOFTWARE, time } from "../../bench/peers/peer.ts";
import { readWorkload, type TransformerWorkload, writeWorkload } from "../../bench/peers/workload.ts";

const folder = mkdtempSync(join(tmpdir(), "entropic-peers-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const tiny: TransformerWorkload = {
  kind: "transformer",
  name: "tiny",
  layers: 1,
  width: 32,
  heads: 2,
  vocabulary: 16,
  length: 12,
  batch: 4,
};
writeWorkload(folder, tiny);

const run = (file: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, ["--import", "tsx", fileURLToPath(new URL(`../../bench/peers/${file}`, import.meta.url)), ...args]);

test("a workload's files hold every parameter, and batches whose targets are the next tokens", () => {
  const files = readWorkload(folder);
  const names = files.floats().map(({ name }) => name);
  assert.equal(names.length, 2 + 12 + 2 + 1);
  assert.ok(names.includes("lm_head.weight"));
  const { tokens, targets } = files.batch(1);
  assert.equal(tokens.length, tiny.batch * tiny.length);
  assert.deepEqual(targets.slice(0, tiny.length - 1), tokens.slice(1, tiny.length));
  assert.deepEqual(files.batch(9), files.batch(1), "eight batches, again and again");
});

test("this engine learns the workload without the peers' packages, and reports every step", async () => {
  const { stdout } = await run("ours.ts", folder, "9", "60", "webgpu");
  const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as PeerReport;
  assert.equal(report.losses.length, 8);
  assert.equal(report.milliseconds.length, 9);
  assert.ok(Math.abs(report.losses[0]! - Math.log(tiny.vocabulary)) < 0.05, `begins at chance, not at ${report.losses[0]}`);
  assert.ok(report.losses[7]! < report.losses[0]! - 0.02, `learns: ${report.losses}`);
});

test("losses that differ are reported with their step, and times after the warm-up are summed up", () => {
  const ours = [4, 3, 2];
  assert.equal(compareLosses(ours, [4.0003, 3.002, 2.001]).problem, undefined);
  assert.match(compareLosses(ours, [4.001, 3, 2]).problem!, /step 1/);
  assert.match(compareLosses(ours, [4, 3, 2.01]).problem!, /step 3/);
  assert.match(compareLosses(ours, [4, Number.NaN, 2]).problem!, /step 2/);
  assert.ok(compareLosses(ours, [4, 3]).problem);
  const summary = summarize([{ milliseconds: [90, 50, 3, 1, 2], processorMilliseconds: [9, 9, 1, 1, 4] }]);
  assert.deepEqual(summary, { milliseconds: { median: 2, min: 1, max: 3 }, processorMilliseconds: 1, steps: 3 });
  const longer = summarize([{ milliseconds: [90, 50, 3, 1, 2], processorMilliseconds: [9, 9, 1, 1, 4], warmUp: 3 }]);
  assert.deepEqual(longer.milliseconds, { median: 1.5, min: 1, max: 2 });
});

/** A peer whose step takes a millisecond when the GPU is warm, three in its first 400 ms. */
function fakePeer() {
  let clock = 0;
  const run = (count: number): Promise<undefined> => {
    clock += clock < 400 ? 3 * count : count;
    return Promise.resolve(undefined);
  };
  return { now: () => clock, step: () => run(1), products: run, result: () => Promise.resolve(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)) };
}

test("on a GPU peers are warmed up and timed by the clock, and several products at a time; on a software GPU by steps", async () => {
  const matmul = { kind: "matmul", name: "matmul-1024", size: 1024 } as const;
  const about = { version: "1", adapter: "a GPU" };
  const long = fakePeer();
  const { milliseconds, warmUp, products, losses } = await time({ ...long, ...about }, matmul, {
    ...{ steps: 30, seconds: 15, pace: HARDWARE, now: long.now },
  });
  assert.equal(products, 16);
  assert.ok(milliseconds.slice(warmUp).every((value) => value === 1) && milliseconds[0] === 3);
  assert.equal((milliseconds.length - warmUp!) * products!, 2000);
  assert.equal(losses.length, 8);
  const short = fakePeer();
  const settings = { steps: 30, seconds: 15, pace: SOFTWARE, now: short.now };
  const few = await time({ ...short, ...about }, matmul, settings);
  assert.deepEqual([few.milliseconds.length, few.warmUp, few.products], [30, 2, undefined]);
  const bounded = fakePeer();
  const cut = await time({ ...bounded, ...about }, matmul, { steps: 30, seconds: 1, pace: HARDWARE, now: bounded.now });
  assert.ok(bounded.now() < 1020 && cut.warmUp! > 2, "no step begins after the seconds that were given");
});

const python = spawnSync("python3", ["--version"]).status === 0;

test("PyTorch is timed by the same rules", { skip: python ? false : "no python3" }, () => {
  const code = `
import json, sys, types
for name in ("torch", "torch.nn", "torch.nn.functional"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["torch.nn"].functional = sys.modules["torch.nn.functional"]
sys.path.insert(0, "bench/peers")
import pytorch
clock = [0.0]
def step(_):
    clock[0] += 0.003 if clock[0] < 0.4 else 0.001
def run(pace):
    clock[0] = 0.0
    found = pytorch.measure(step, 30, 8, 15, pace, True, lambda: None, 2, now=lambda: clock[0])
    return [len(found["milliseconds"]), found.get("warmUp"), found.get("products"), round(min(found["milliseconds"]), 6)]
print(json.dumps([run(pytorch.CUDA_PACE), run(pytorch.CPU_PACE)]))
`;
  const { stdout, stderr } = spawnSync("python3", ["-B", "-c", code], { cwd: new URL("../..", import.meta.url), encoding: "utf8" });
  assert.equal(stderr, "");
  const [cuda, cpu] = JSON.parse(stdout) as [number[], (number | null)[]];
  const [steps, warmUp, products, least] = cuda as [number, number, number, number];
  assert.ok(warmUp > 100 && products >= 15 && Math.abs((steps - warmUp) * products - 2000) <= products && least === 1, `${cuda}`);
  assert.deepEqual(cpu, [30, 2, null, 3]);
});

test("the command line explains itself and names what there is", async () => {
  assert.match((await run("run.ts", "--help")).stdout, /matmul-512.*\n.*jax-webgpu/);
  await assert.rejects(run("run.ts", "XL"), { code: 2, stderr: /workload is XL; it must be one of matmul-512/ });
});

test("peers that are not there are named; where none is, the call fails and what was measured of ours stays", {
  timeout: 240_000,
}, async () => {
  const json = join(folder, "peers.json");
  // Where the packages of bench/peers are installed, only a Python is missing.
  const [first, why] = existsSync(new URL("../../bench/peers/node_modules", import.meta.url))
    ? ["pytorch-cuda", "this python has no torch"]
    : ["onnxruntime", "its package is not installed"];
  const words = ["matmul-512", "--peers", `${first},pytorch`, "--steps", "8", "--seconds", "0.1", "--json", json];
  // The first python3 in PATH is the default.
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "python3"), "#!/bin/sh\necho 'this python has no torch' >&2\nexit 3\n");
  chmodSync(join(bin, "python3"), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const file = fileURLToPath(new URL("../../bench/peers/run.ts", import.meta.url));
  const failed = await promisify(execFile)(process.execPath, ["--import", "tsx", file, ...words], { env }).catch((error: object) => error);
  const { code, stderr, stdout } = failed as { readonly code?: number; readonly stderr: string; readonly stdout: string };
  assert.equal(code, 3, stderr);
  assert.ok(stderr.trim().split("\n").at(-1)!.startsWith(`error: no peer ran; ${first}: ${why}`), stderr);
  assert.match(stdout, /pytorch +left out: this python has no torch/);
  const { results, ...rest } = JSON.parse(readFileSync(json, "utf8")) as {
    readonly results: { readonly outcomes: { readonly report?: PeerReport }[] }[];
  };
  assert.deepEqual([results[0]!.outcomes.length, "brokenOff" in rest], [4, false]);
  assert.ok(results[0]!.outcomes[0]!.report!.milliseconds.length >= 8);
});

test("the folder names no package registry", () => {
  const lock = readFileSync(new URL("../../bench/peers/package-lock.json", import.meta.url), "utf8");
  assert.ok(!/"resolved"/.test(lock));
});
