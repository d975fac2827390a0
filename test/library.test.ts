import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const library = new URL(import.meta.url.endsWith(".ts") ? "../src/index.ts" : "../src/index.js", import.meta.url).href;
const page = readFileSync(join(root, "docs/library.md"), "utf8");
const working = mkdtempSync(join(tmpdir(), "entropic-library-"));
process.chdir(working);
after(() => {
  process.chdir(root);
  rmSync(working, { recursive: true, force: true });
});

/** The sections of the page with the programs in each. */
const sections = page
  .split(/^## /m)
  .map((text) => ({ heading: text.split("\n")[0]!, samples: [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!) }))
  .filter(({ samples }) => samples.length > 0);

const [, rows] = /```json\n([\s\S]*?)```/.exec(page)!;
writeFileSync("train.jsonl", rows!);

/** What a program prints, a list of words for each line. It imports the library as it is here, in TypeScript or compiled. */
async function run(code: string, name: string): Promise<unknown[][]> {
  const file = join(working, `${name}.mjs`);
  const { outputText } = ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } });
  writeFileSync(file, outputText.replaceAll('"entropic-webgpu"', JSON.stringify(library)));
  const log = mock.method(console, "log", () => {});
  try {
    await import(pathToFileURL(file).href);
    return log.mock.calls.map(({ arguments: words }) => words as unknown[]);
  } finally {
    log.mock.restore();
  }
}

const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
const steps = (...expected: readonly number[]) => {
  return (lines: readonly unknown[][]): void => {
    assert.deepEqual(
      lines.map(([step]) => step),
      expected,
    );
    for (const [, reward] of lines) assert.ok(isShare(reward), `reward ${reward}`);
  };
};

/** What the programs of each section print. */
const checks: Readonly<Record<string, readonly ((lines: readonly unknown[][]) => void)[]>> = {
  "Load and generate": [
    (lines) => {
      const prompts = ["375=022:", "248=016:"].flatMap((prompt) => [prompt, prompt]);
      assert.deepEqual(
        lines.map(([prompt]) => prompt),
        prompts,
      );
      for (const [, text, finishReason] of lines) assert.equal(finishReason, String(text).endsWith("$") ? "stop" : "length");
    },
  ],
  "Train with a reward of your own": [steps(1, 2)],
  "Your own data": [steps(1)],
  "Warm-start on your own data": [
    (lines) => {
      assert.equal(lines.length, 20);
      for (const [step, loss, heldOutLoss] of lines)
        assert.deepEqual([Number(loss) > 0, Number(heldOutLoss) > 0], [true, Number(step) % 10 === 0]);
      assert.ok(Number(lines.at(-1)![1]) < Number(lines[0]![1]) / 2, "the row is learned");
      assert.ok(existsSync("my-warm-start/model.safetensors"));
    },
    (lines) => assert.deepEqual(lines, [[3], [4]]),
  ],
  Evaluate: [
    ([line]) => assert.match(String(line), /^pass@1 0\.\d+, pass@4 [01][.\d]*, greedy [01][.\d]*, 0\.\d+ nats a token; such as \S+$/),
  ],
  "Save and resume": [() => assert.ok(existsSync("my-model/optimizer.safetensors")), steps(3, 4)],
  "Low-rank adapters": [
    (lines) => {
      steps(1)(lines.slice(0, 1));
      assert.deepEqual(lines.slice(1), [[4]]);
      for (const file of ["my-adapter/adapter_model.safetensors", "my-merged/model.safetensors"]) assert.ok(existsSync(file), file);
    },
  ],
  "A task of your own": [steps(1)],
};

for (const [s, { heading, samples }] of sections.entries()) {
  for (const [i, code] of samples.entries()) {
    test(`docs/library.md, ${heading}, program ${i + 1}`, async () => checks[heading]![i]!(await run(code, `${s}-${i}`)));
  }
}

test("every program of the page is run, and checked", () => {
  const counts = Object.fromEntries(sections.map(({ heading, samples }) => [heading, samples.length]));
  assert.deepEqual(counts, Object.fromEntries(Object.entries(checks).map(([heading, { length }]) => [heading, length])));
});
