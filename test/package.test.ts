import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { controllers } from "../src/control/index.ts";
import { losses } from "../src/loss/index.ts";
import { describeOptions, type OptionDescription } from "../src/options/schema.ts";
import { listOptions } from "../src/rl/config/index.ts";
import { tasks } from "../src/tasks/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Inside the project, so that the built files find their dependencies. */
const built = join(root, ".cache", `package-${process.pid}`);
const build = promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/build.ts", built], { cwd: root });
const [userProgram, pages] = [join(built, "user.ts"), join(built, "pages")];
after(() => rmSync(built, { recursive: true, force: true }));

const node = (...words: string[]) => promisify(execFile)(process.execPath, words, { cwd: root });

test("what npm run build makes is what package.json exports, without TypeScript, and opens a GPU with its own shaders", async () => {
  await build;
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
  assert.equal((await node("--input-type=module", "-e", script)).stdout.trim(), "1,4,9");
  const { stdout } = await node(join(built, bin["entropic-webgpu"].replace(/^dist\//, "")), "devices", "--json");
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

test("the built declarations tell each option's sentence and default where it is written", async () => {
  await build;
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

test("npm run docs makes readable pages of the built declarations", async () => {
  await build;
  await node("--import", "tsx", "scripts/document_api.ts", pages, built);
  const page = (path: string): string => readFileSync(join(pages, path), "utf8");
  assert.ok(page("interfaces/GRPOConfig.md").includes(`| ${sentenceOf(listOptions("train"), "grpo.steps")} |`));
  assert.ok(page("interfaces/CountdownOptions.md").includes(sentenceOf(describeOptions(tasks.countdown.options), "numbers")));
  assert.match(page("variables/entropic.md"), /PiOptions/);
});
