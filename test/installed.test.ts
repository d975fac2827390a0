import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { installedPackages, megabytes } from "../scripts/installed_size.ts";
import { packedPage } from "../scripts/packed_docs.ts";
import { controllers } from "../src/control/index.ts";
import { losses } from "../src/loss/index.ts";
import { describeOptions, type OptionDescription } from "../src/options/schema.ts";
import { listOptions } from "../src/rl/config/index.ts";
import { tasks } from "../src/tasks/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const folder = mkdtempSync(join(tmpdir(), "entropic-installed-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const installed = join(folder, "app", "node_modules", "entropic-webgpu");
const app = join(folder, "app");
const built = join(installed, "dist");
const clone = join(folder, "clone");
const [userProgram, pages] = [join(built, "user.ts"), join(folder, "pages")];

/** Where the tests run twice, once is enough for what does not depend on the GPU, and SwiftShader is slow. */
const skip = process.env.ENTROPIC_ADAPTER === "embedded" && "the package is tried on the other adapters";

async function run(cwd: string, program: string, ...words: string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" };
  return (await promisify(execFile)(program, words, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
}

const entropic = (...words: string[]) => run(app, process.execPath, join(installed, "dist/src/cli/main.js"), ...words);

/** Packs a copy of the sources, because packing builds, and changes pages while it lasts. The tarball's path. */
async function pack(): Promise<string> {
  const left = new Set([".git", ".cache", "node_modules", "dist", "runs", "docs/api"]);
  cpSync(root, clone, { recursive: true, filter: (path) => !left.has(relative(root, path)) });
  symlinkSync(modules, join(clone, "node_modules"));
  await run(clone, "npm", "pack", "--pack-destination", folder);
  assert.equal(readFileSync(join(clone, "README.md"), "utf8"), readFileSync(join(root, "README.md"), "utf8"), "README.md was not restored");
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
}

/** Unpacks the tarball where npm would, beside links to its dependencies, which need no network. */
async function install(): Promise<string> {
  const tarball = await pack();
  mkdirSync(installed, { recursive: true });
  await run(folder, "tar", "xzf", tarball, "-C", installed, "--strip-components=1");
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), "@sparticuz/chromium", "@types/node"]) {
    mkdirSync(dirname(join(app, "node_modules", name)), { recursive: true });
    if (existsSync(join(modules, name))) symlinkSync(join(modules, name), join(app, "node_modules", name));
  }
  return tarball;
}

const ready = skip ? undefined : install();

test("the package's pages link to files of the package, and no picture of docs/results is in it", { skip }, async () => {
  await ready;
  const files = (readdirSync(installed, { recursive: true }) as string[]).map((path) => path.replaceAll("\\", "/"));
  assert.deepEqual(
    files.filter((path) => /^docs\/results\/.*\.(svg|png)$/.test(path)),
    [],
    "pictures are packed",
  );
  const pages = files.filter((path) => path.endsWith(".md"));
  assert.ok(pages.length > 10, pages.join());
  const links = pages.flatMap((page) =>
    [...readFileSync(join(installed, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => ({ page, target: target! })),
  );
  const dead = links.filter(
    ({ page, target }) => !/^([a-z]+:|#)/.test(target) && !existsSync(join(installed, dirname(page), target.split("#")[0]!)),
  );
  assert.deepEqual(dead, []);
  assert.ok(
    links.some(({ target }) => target.startsWith("dist/models/checkpoints")),
    "links to packed sources were dropped",
  );
});

test("a packed page's links lead into dist/, or become text", () => {
  const files = new Set(["docs/a.md", "docs/b.md", "dist/shaders/gelu.wgsl", "README.md"]);
  const page =
    "[b](b.md#x) [gelu](../shaders/gelu.wgsl) [all](../shaders) [`gone`](../src/x.ts) ![picture](results/x.svg)[web](https://x.y) [here](#y)";
  assert.equal(
    packedPage("docs/a.md", page, files),
    "[b](b.md#x) [gelu](../dist/shaders/gelu.wgsl) [all](../dist/shaders) `gone` [web](https://x.y) [here](#y)",
  );
});

test("publint and attw have no complaint about the package", { skip }, async () => {
  const tarball = await ready!;
  assert.match(await run(folder, join(modules, ".bin/publint"), "run", tarball, "--strict"), /All good!/);
  await run(folder, join(modules, ".bin/attw"), tarball, "--profile", "esm-only");
});

test("README's program compiles with tsc --strict as README says, and runs", { skip }, async () => {
  await ready;
  const [, text] = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(installed, "README.md"), "utf8"))!;
  writeFileSync(join(app, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(app, "program.ts"), text!);
  const options = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--outDir", "out", "program.ts"];
  await run(app, process.execPath, join(modules, "typescript/bin/tsc"), ...options).catch((error: { stdout: string }) =>
    assert.fail(error.stdout),
  );
  const program = readFileSync(join(app, "out/program.js"), "utf8");
  const short = program.replace("steps: 5, prompts: 16", "steps: 1, prompts: 2, eval: { prompts: 4 }");
  assert.notEqual(short, program);
  writeFileSync(join(app, "out/program.js"), short);
  const shown = await run(app, process.execPath, "out/program.js");
  assert.match(shown, /^1 [\d.]+ [\d.]+ -?[\d.]+\n[\d.]+\n$/);
});

test("entropic-webgpu train and experiment know what the package ships by name", { skip }, async () => {
  await ready;
  const short = ["grpo.steps=1", "grpo.prompts=2", "eval.prompts=4", "output.dir=runs/one"].flatMap((key) => ["--set", key]);
  assert.match(await entropic("train", "quickstart", ...short), /after 1 steps? of/);
  assert.ok(existsSync(join(app, "runs/one/metrics.jsonl")), "the run's folder is missing");
  const shorter = ["warmStart.steps=30", "openLoop.steps=2", "onPolicy.steps=5", "offPolicy.steps=5", "evaluation.completions=8"];
  const words = ["experiment", "toy-control", "--quick", ...shorter.flatMap((key) => ["--set", key])];
  // So short a study need not hold its claims, and then it ends with 1.
  const shown = await entropic(...words).catch((error: { code: number; stdout: string }) => {
    assert.equal(error.code, 1, error.stdout);
    return error.stdout;
  });
  assert.match(shown, /report: runs\/experiments\/toy-control-quick\/report\.md/);
});

test("an install is as large as docs/environment.md says", { skip: process.platform !== "linux" || process.arch !== "x64" }, () => {
  const [, stated] = /holds (\d+) MB of files/.exec(readFileSync(join(root, "docs/environment.md"), "utf8"))!;
  const measured = megabytes(installedPackages());
  assert.ok(Math.abs(measured / Number(stated) - 1) < 0.05, `${measured.toFixed(0)} MB are installed; the page says ${stated} MB`);
});

test("what npm run build makes is what package.json exports, without TypeScript, and opens a GPU with its own shaders", {
  skip,
}, async () => {
  await ready;
  const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: object;
    bin: { "entropic-webgpu": string; entropic: string };
  };
  const targets = Object.values(exports).flatMap((entry: string | object) =>
    typeof entry === "string" ? [] : (Object.values(entry) as string[]),
  );
  for (const path of [...targets, ...Object.values(bin)]) {
    const file = join(built, path.replace(/^(\.\/)?dist\//, ""));
    assert.ok(existsSync(file), `${path} is missing`);
    assert.doesNotMatch(readFileSync(file, "utf8"), /from "\.[^"]*\.ts"/);
  }
  const script = `
    import { evaluate, input, multiply, openDevice } from "${join(built, "src/index.js")}";
    const device = await openDevice();
    const x = Float32Array.of(1, 2, 3);
    const [y] = await evaluate(device, () => [multiply(input("x", [1, 3]), input("x", [1, 3]))], { inputs: { x } });
    console.log([...y].join());`;
  assert.equal((await run(app, process.execPath, "--input-type=module", "-e", script)).trim(), "1,4,9");
  const stdout = await run(app, process.execPath, join(installed, bin["entropic-webgpu"]), "devices", "--json");
  assert.ok((JSON.parse(stdout) as { adapters: object[] }).adapters.length > 0);
});

/** A program of a user's, and the sentences that an editor shows for the properties it names. */
const USER = `
import { aec, entropic, type EntropyOptions, type GRPOConfig, type SftConfig, tasks, type TrainConfig } from "./src/index.js";

export const config: GRPOConfig = { steps: 5, clipHigh: 0.3, seed: 1, eval: { prompts: 16 } };
export const entropy: EntropyOptions = { target: 0.3, gate: "probability", controller: "pi" };
export const controller = entropic({ target: "auto", rho: 0.7 });
export const other = aec({ delta: 0.001 });
export const task = tasks.countdown({ numbers: 3 });
export const read = (train: TrainConfig, sft: SftConfig) => [train.grpo.steps, train.entropy.kp, train.output.dir, sft.sft.batch];
`;

/** What the declarations say of an option: its sentence and its default. */
function sentenceOf(options: readonly OptionDescription[], path: string): string {
  const { description, default: value } = options.find((option) => option.path === path)!;
  return `${description} Default: ${value}.`;
}

test("the built declarations tell each option's sentence and default where it is written", { skip }, async () => {
  await ready;
  writeFileSync(userProgram, USER);
  const options = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, strict: true, noEmit: true };
  const program = ts.createProgram([userProgram], { ...options, target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts", "lib.dom.d.ts"] });
  const own = ts.getPreEmitDiagnostics(program).filter(({ file }) => file?.fileName.startsWith(built));
  assert.deepEqual(
    own.map(({ messageText, file }) => `${file!.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`),
    [],
  );
  const checker = program.getTypeChecker();
  const shown = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    const name = ts.isPropertyAssignment(node) || ts.isPropertyAccessExpression(node) ? node.name : undefined;
    const place = name && ts.isObjectLiteralExpression(node.parent) ? checker.getContextualType(node.parent) : undefined;
    const symbol =
      name && (place ? checker.getPropertyOfType(checker.getNonNullableType(place), name.getText()) : checker.getSymbolAtLocation(name));
    if (name && symbol && !shown.has(name.getText()))
      shown.set(name.getText(), ts.displayPartsToString(symbol.getDocumentationComment(checker)));
    ts.forEachChild(node, visit);
  };
  visit(program.getSourceFile(userProgram)!);
  const [train, sft] = [listOptions("train"), listOptions("sft")];
  const [pi, ppoClip] = [describeOptions(controllers.pi.options), describeOptions(losses["ppo-clip"].options)];
  const beginnings = {
    steps: sentenceOf(train, "grpo.steps"),
    clipHigh: `With ppo-clip: ${sentenceOf(ppoClip, "clipHigh")}`,
    seed: sentenceOf(train, "seed"),
    prompts: sentenceOf(train, "eval.prompts"),
    rho: sentenceOf(pi, "rho"),
    gate: sentenceOf(train, "entropy.gate"),
    kp: `With pi: ${sentenceOf(pi, "kp")}`,
    delta: sentenceOf(describeOptions(controllers.aec.options), "delta"),
    numbers: sentenceOf(describeOptions(tasks.countdown.options), "numbers"),
    dir: sentenceOf(train, "output.dir"),
    batch: sentenceOf(sft, "sft.batch"),
  };
  for (const [name, beginning] of Object.entries(beginnings)) {
    assert.ok(shown.get(name)?.startsWith(beginning), `${name}: ${JSON.stringify(shown.get(name))} does not begin with ${beginning}`);
  }
});

test("npm run docs makes readable pages of the built declarations", { skip }, async () => {
  await ready;
  await run(root, process.execPath, "--import", "tsx", "scripts/document_api.ts", pages, join(clone, "dist"));
  const page = (path: string): string => readFileSync(join(pages, path), "utf8");
  assert.ok(page("interfaces/GRPOConfig.md").includes(`| ${sentenceOf(listOptions("train"), "grpo.steps")} |`));
  assert.ok(page("interfaces/CountdownOptions.md").includes(sentenceOf(describeOptions(tasks.countdown.options), "numbers")));
  assert.match(page("variables/entropic.md"), /PiOptions/);
});
