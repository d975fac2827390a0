/** How fast is this engine beside other libraries, on the same adapter, model, data and step? Usage: --help. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareLosses, summarize } from "./compare.ts";
import type { PeerReport } from "./peer.ts";
import { heading, type Outcome, row } from "./table.ts";
import { type Workload, workloads, writeWorkload } from "./workload.ts";

interface Peer {
  readonly name: string;
  readonly file: string;
  readonly backend: string;
  /** Runs products only. */
  readonly matmulOnly?: boolean;
  /** How far its losses may lie from ours, where it rounds what it multiplies. */
  readonly tolerance?: number;
}

const OURS: Peer = { name: "ours", file: "ours.ts", backend: "webgpu" };

const PEERS: readonly Peer[] = [
  { name: "jax-webgpu", file: "jax.ts", backend: "webgpu" },
  // jax-js as its users have it, without our way of waiting for a software GPU.
  { name: "jax-webgpu-unaided", file: "jax.ts", backend: "webgpu-unaided" },
  { name: "jax-wasm", file: "jax.ts", backend: "wasm" },
  { name: "jax-wasm-threads", file: "jax.ts", backend: "wasm-threads" },
  { name: "tfjs", file: "tfjs.ts", backend: "webgpu" },
  { name: "onnxruntime", file: "onnxruntime.ts", backend: "cpu", matmulOnly: true },
  { name: "pytorch", file: "pytorch.py", backend: "cpu" },
  { name: "pytorch-cuda", file: "pytorch.py", backend: "cuda" },
  { name: "pytorch-cuda-tf32", file: "pytorch.py", backend: "cuda-tf32", tolerance: 1e-2 },
];

/** L is for GPUs: it runs when it is asked for. */
const DEFAULT_WORKLOADS = workloads.map(({ name }) => name).filter((name) => name !== "L");

const USAGE = `usage: node --import tsx bench/peers/run.ts [WORKLOAD...] [options]
  WORKLOAD         ${workloads.map(({ name }) => name).join(", ")} (default: ${DEFAULT_WORKLOADS.join(", ")})
  --peers A,B      some of ${PEERS.map(({ name }) => name).join(", ")} (default: all)
  --steps N        steps of each peer, 8 at least (default 16)
  --seconds N      no step begins after N seconds, once there are 8 losses (default 30)
  --adapter NAME   as ENTROPIC_ADAPTER: auto, hardware, software, or a part of a name
  --python FILE    a Python that has torch (default python3)
  --json FILE      write the results there
example: node --import tsx bench/peers/run.ts S --peers jax-webgpu,jax-wasm --adapter lavapipe
`;

class UsageError extends Error {}

interface Settings {
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  readonly steps: number;
  readonly seconds: number;
  readonly adapter: string | undefined;
  readonly python: string;
  readonly json: string | undefined;
}

function readSettings(argv: readonly string[]): Settings | undefined {
  const text = { type: "string" } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { peers: text, steps: text, seconds: text, adapter: text, python: text, json: text, help: { type: "boolean" } },
  });
  if (values.help) return undefined;
  const positive = (key: "steps" | "seconds", fallback: number): number => {
    const number = Number(values[key] ?? fallback);
    if (!(number > 0)) throw new UsageError(`--${key} is ${values[key]}; it must be a positive number`);
    return number;
  };
  return {
    workloads: (positionals.length > 0 ? positionals : DEFAULT_WORKLOADS).map((name) => named("workload", workloads, name)),
    peers: values.peers === undefined ? PEERS : values.peers.split(",").map((name) => named("peer", PEERS, name)),
    steps: Math.ceil(positive("steps", 16)),
    seconds: positive("seconds", 30),
    adapter: values.adapter,
    python: values.python ?? "python3",
    json: values.json,
  };
}

function named<Item extends { readonly name: string }>(what: string, items: readonly Item[], name: string): Item {
  const found = items.find((item) => item.name === name);
  if (!found) throw new UsageError(`${what} is ${name}; it must be one of ${items.map((item) => item.name).join(", ")}`);
  return found;
}

/** Compiling may take a library minutes; a peer that takes longer than this on top of its steps is left out. */
const COMPILE_SECONDS = 300;

const PACKAGES = fileURLToPath(new URL("node_modules", import.meta.url));

/** Runs a peer in a process of its own. Returns its report, or why there is none. */
function runPeer(peer: Peer, folder: string, { steps, seconds, adapter, python }: Settings): Promise<PeerReport | string> {
  if (peer !== OURS && peer.file.endsWith(".ts") && !existsSync(PACKAGES)) {
    return Promise.resolve("its package is not installed (npm ci --prefix bench/peers)");
  }
  const file = fileURLToPath(new URL(peer.file, import.meta.url));
  const command = peer.file.endsWith(".py") ? [python, file] : [process.execPath, "--import", "tsx", file];
  const options = {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...(adapter === undefined ? {} : { ENTROPIC_ADAPTER: adapter }) },
    maxBuffer: 2 ** 26,
    timeout: (seconds + COMPILE_SECONDS) * 1e3,
  };
  const [program, ...rest] = [...command, folder, String(steps), String(seconds), peer.backend];
  return new Promise((resolve) => {
    execFile(program!, rest, options, (error, stdout, stderr) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (!error && line.startsWith("{")) resolve(JSON.parse(line) as PeerReport);
      else if (error?.killed) resolve(`it took longer than ${options.timeout / 1e3} s`);
      else resolve(reasonOf(stderr) ?? error?.message ?? "it printed no result");
    });
  });
}

/** The line of an error's output that says what happened. */
function reasonOf(stderr: string): string | undefined {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Warning:"));
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
}

/** Runs ours, the peers, and ours again: the difference between our two runs is the machine's noise. */
async function compare(workload: Workload, settings: Settings): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "entropic-peers-"));
  try {
    writeWorkload(folder, workload);
    const peers = settings.peers.filter(({ matmulOnly }) => !matmulOnly || workload.kind === "matmul");
    const outcomes: Outcome[] = [];
    for (const peer of [OURS, ...peers, OURS]) {
      process.stderr.write(`${workload.name}: ${peer.name} ...\n`);
      const load = loadavg()[0]!;
      const report = await runPeer(peer, folder, settings);
      if (typeof report === "string") {
        if (peer === OURS) throw new Error(`ours failed at ${workload.name}: ${report}`);
        outcomes.push({ peer: peer.name, load, missing: report });
      } else {
        const agreement = compareLosses((outcomes[0]?.report ?? report).losses, report.losses, peer.tolerance);
        outcomes.push({ peer: report.peer, load, report, agreement, summary: summarize([report]) });
      }
    }
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(workload: Workload, outcomes: readonly Outcome[]): void {
  const ours = [outcomes[0]!.report!, outcomes.at(-1)!.report!];
  process.stdout.write(`\n${workload.name} on ${ours[0]!.adapter}: ${JSON.stringify(workload)}\n${heading(workload)}\n`);
  for (const outcome of outcomes) process.stdout.write(`${row(workload, outcome, summarize(ours))}\n`);
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  const results: Compared[] = [];
  for (const workload of settings.workloads) {
    const outcomes = await compare(workload, settings);
    print(workload, outcomes);
    results.push({ workload, outcomes });
    if (outcomes.some(({ agreement }) => agreement?.problem)) process.exitCode = 1;
    if (settings.json !== undefined) writeFileSync(settings.json, reportOf(results, settings));
  }
  const missing = results.flatMap(({ outcomes }) => outcomes.slice(1, -1));
  if (missing.length === 0 || missing.some(({ report }) => report)) return;
  process.stderr.write(`error: no peer ran; ${missing[0]!.peer}: ${missing[0]!.missing}\n`);
  process.exitCode = NOTHING_COMPARED;
}

interface Compared {
  readonly workload: Workload;
  readonly outcomes: readonly Outcome[];
}

/** The exit code where every peer is missing: there is JSON, and it compares nothing. */
const NOTHING_COMPARED = 3;

function reportOf(results: readonly Compared[], { workloads: { length } }: Settings): string {
  const broken = results.length < length ? { brokenOff: `only ${results.length} of ${length} workloads had ended` } : {};
  const report = { date: new Date().toISOString(), node: process.version, cores: availableParallelism(), results, ...broken };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  const usage = error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.exitCode = usage ? 2 : 1;
}
