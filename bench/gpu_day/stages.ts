import { availableParallelism } from "node:os";
import { join } from "node:path";
import { keepChoices, shareChoices } from "./choices.ts";
import { SHAPES } from "./shapes.ts";
import { TOGGLES } from "./toggles.ts";

/** A process of a GPU day. Its JSON goes into a file of the results' folder. */
export interface Stage {
  readonly name: string;
  /** Arguments of Node.js, after `--import tsx`. */
  readonly args: readonly string[];
  /** The process prints its JSON, or writes it by itself, or prints what tests found, or leaves the folder of a run. */
  readonly result: "printed" | "written" | "tests" | "run";
  readonly env?: Readonly<Record<string, string>>;
  /** What is done before the process begins, and after it ended. */
  readonly prepare?: () => void;
  readonly finish?: () => void;
  /** Seconds that it may take, and those that a fast GPU should need. */
  readonly limit: number;
  readonly expected: number;
}

export interface StageOptions {
  readonly adapter: string;
  /** The results' folder. */
  readonly out: string;
  /** Tiny sizes: what is tried is the way. */
  readonly dry: boolean;
  /** A Python with PyTorch, for the peers. */
  readonly python: string | undefined;
}

/** Rows that tell what a toggle is worth, from products to the whole step. */
const TELLING = [
  "matmul NT 1024",
  "causal_attention",
  "token_statistics",
  "next_token",
  "rms_norm",
  "column_sum",
  "training_step",
  "decode S",
];

/** All stages, in the order in which they tell most in the least time. */
export function stagesOf(options: StageOptions): Stage[] {
  return options.dry ? stagesFor(options) : stagesFor(options).map((stage) => ({ ...stage, env: { ...WATCHDOG, ...stage.env } }));
}

/** No submission takes a GPU a second. One that hangs must not take the time of the stages behind it. */
const WATCHDOG = { ENTROPIC_WATCHDOG: "45" };

function stagesFor(options: StageOptions): Stage[] {
  return [
    cli("devices", ["devices", "--json"], "printed", 60, 5),
    verify(options),
    ...profiles(options),
    ...decoding(options),
    measured(options, "matmul", ["matmul"], 300, 90),
    matrices(options),
    ...benches(options),
    tests(options),
    ...peers(options),
    quickstart(options),
  ];
}

function cli(name: string, words: readonly string[], result: Stage["result"], limit: number, expected: number): Stage {
  return { name, args: ["src/cli/main.ts", ...words], result, limit, expected };
}

function onAdapter({ adapter }: StageOptions, stage: Stage): Stage {
  return { ...stage, args: [...stage.args, "--adapter", adapter] };
}

/** Every candidate is checked whether kernels are timed or not, and timing all of them would take longer than the checks. */
function verify(options: StageOptions): Stage {
  const words = ["verify", "--json", ...(options.dry ? ["--quick"] : [])];
  return { ...onAdapter(options, cli("verify", words, "printed", 420, 120)), env: { ENTROPIC_TUNE: "0" } };
}

/** Matrix instructions, which nothing else here turns on. */
function matrices(options: StageOptions): Stage {
  const args = ["bench/gpu_day/matrices.ts", ...(options.dry ? ["--dry-run"] : [])];
  const stage: Stage = { name: "matrices", args, result: "printed", limit: 120, expected: 20 };
  return { ...onAdapter(options, stage), env: { ENTROPIC_SUBGROUP_MATRIX: "f16" } };
}

function measured(options: StageOptions, name: string, words: readonly string[], limit: number, expected: number): Stage {
  const args = ["bench/gpu_day/measure.ts", ...words, ...(options.dry ? ["--dry-run"] : [])];
  return onAdapter(options, { name, args, result: "printed", limit, expected });
}

function profiles(options: StageOptions): Stage[] {
  return SHAPES.map(({ name }) => measured(options, `profile-${name}`, ["profile", name], 300, name === "Qwen" ? 90 : 25));
}

function decoding(options: StageOptions): Stage[] {
  return ["S", "Qwen"].map((name) => measured(options, `decode-${name}`, ["decode", name], 420, name === "Qwen" ? 150 : 30));
}

/** The whole suite, what the tuner chose, and the telling rows under each toggle. */
function benches(options: StageOptions): Stage[] {
  const { dry, out } = options;
  const seconds = ["--seconds", dry ? "0.01" : "0.3"];
  const bench = (name: string, words: readonly string[], limit: number, expected: number): Stage =>
    onAdapter(options, cli(name, ["bench", ...words, ...seconds, "--json", join(out, `${name}.json`)], "written", limit, expected));
  const suite = bench("bench", dry ? ["rms_norm"] : ["--plot", join(out, "roofline.svg")], 590, 240);
  const shapes = SHAPES.map(({ name }) => name);
  const chosen = cli("tuner", ["bench", ...shapes, "--tuner", "--json", join(out, "tuner.json")], "written", 420, 120);
  const tuner = { ...onAdapter(options, chosen), env: { ENTROPIC_TUNE: "force" } };
  const telling = dry ? ["rms_norm"] : TELLING;
  const toggled = Object.entries(TOGGLES).map(([name, toggles]) => ({
    ...bench(`toggles-${name}`, [...telling, "--toggles", toggles.join()], 200, 45),
    prepare: () => shareChoices(out, toggles),
  }));
  const plain: Stage = { ...bench("toggles-none", telling, 200, 45), finish: () => keepChoices(out, "choices") };
  return [suite, ...(dry ? [] : [tuner]), plain, ...(dry ? toggled.slice(0, 1) : toggled)];
}

/** Test files that run at a time: all use the same GPU, and each one a core for some of the time. */
const TESTS_AT_A_TIME = Math.min(8, Math.max(2, Math.floor(availableParallelism() / 2)));

/** The tests of the ops, whose kernels are what differs on a GPU; and of the whole path against the oracle. */
function tests({ adapter, dry }: StageOptions): Stage {
  const files = dry ? ["test/ops/add.test.ts"] : ["test/ops", "test/gpu/kernel.test.ts", "test/policy/oracle.test.ts"];
  const env = { ENTROPIC_ADAPTER: adapter };
  return {
    name: "tests",
    args: ["scripts/test.ts", `--test-concurrency=${TESTS_AT_A_TIME}`, ...files],
    result: "tests",
    env,
    limit: 590,
    expected: 240,
  };
}

function peers({ adapter, out, dry, python }: StageOptions): Stage[] {
  const words = ["--adapter", adapter, ...(python ? ["--python", python] : []), "--seconds", dry ? "1" : "15", "--steps", dry ? "8" : "30"];
  const peer = (name: string, workloads: readonly string[], names: string): Stage => {
    const args = ["bench/peers/run.ts", ...workloads, "--peers", names, ...words, "--json", join(out, `${name}.json`)];
    return { name, args, result: "written", limit: 590, expected: 150 };
  };
  const pytorch = "pytorch-cuda,pytorch-cuda-tf32,pytorch";
  if (dry) return [peer("peers-S", ["S"], "pytorch")];
  return [
    peer("peers-S", ["S", "M", "matmul-1024"], `${pytorch},jax-webgpu,tfjs`),
    peer("peers-L", ["L"], "pytorch-cuda,pytorch-cuda-tf32"),
  ];
}

function quickstart({ adapter, out, dry }: StageOptions): Stage {
  const sets = [`output.dir=${join(out, "quickstart")}`, ...(dry ? ["grpo.steps=2", "eval.every=0"] : [])];
  const words = ["train", "configs/quickstart.yaml", "--overwrite", "--no-plots", ...sets.flatMap((set) => ["--set", set])];
  return cli("quickstart", [...words, "--adapter", adapter], "run", 300, 30);
}
