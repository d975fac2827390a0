import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installedPackages, megabytes } from "../scripts/installed_size.ts";
import { packedPage } from "../scripts/packed_docs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
const folder = mkdtempSync(join(tmpdir(), "entropic-installed-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const installed = join(folder, "app", "node_modules", "entropic-webgpu");
const app = join(folder, "app");

/** Where the tests run twice, once is enough for what does not depend on the GPU, and SwiftShader is slow. */
const skip = process.env.ENTROPIC_ADAPTER === "embedded" && "the package is tried on the other adapters";

async function run(cwd: string, program: string, ...words: string[]): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" };
  return (await promisify(execFile)(program, words, { cwd, env, maxBuffer: 2 ** 26 })).stdout;
}

const entropic = (...words: string[]) => run(app, process.execPath, join(installed, "dist/src/cli/main.js"), ...words);

/** Packs a copy of the sources, because packing builds, and changes pages while it lasts. The tarball's path. */
async function pack(): Promise<string> {
  const clone = join(folder, "clone");
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
