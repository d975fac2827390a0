import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a user would see: the example's lines on stdout. It must end by itself, with exit code 0. */
async function run(name: string): Promise<string[]> {
  // Without colours, which would stand around the numbers.
  const { FORCE_COLOR: _, ...env } = process.env;
  const options = { cwd: root, timeout: 600_000, env: { ...env, NO_COLOR: "1" } };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", `examples/${name}.ts`], options);
  return stdout.trim().split("\n");
}

/** The number after a word: "step 10: reward 0.035" -> 0.035. */
function numberAfter(word: string, line: string | undefined): number {
  const found = new RegExp(`${word} (-?[\\d.]+)`).exec(line ?? "");
  assert.ok(found, `${JSON.stringify(line)} holds no ${word}`);
  return Number(found[1]);
}

const examples: Readonly<Record<string, (lines: string[]) => void>> = {
  train: (lines) => {
    assert.equal(lines.length, 6);
    lines.slice(0, 5).forEach((line, i) => {
      const [step, reward, entropy, alpha] = line.split(" ").map(Number);
      assert.equal(step, i + 1);
      assert.ok(reward! > 0 && reward! < 1 && entropy! > 0.1 && entropy! < 1 && Math.abs(alpha!) <= 0.9, line);
      assert.ok(alpha! > 0 === entropy! > 0.35 || i > 0, `the first alpha has the sign of its error: ${line}`);
    });
    assert.ok(Number(lines[5]) > 0.1 && Number(lines[5]) < 1, `pass@1 ${lines[5]}`);
  },
  custom_reward: (lines) => {
    const [first, last] = [numberAfter("reward", lines[0]), numberAfter("reward", lines[3])];
    assert.ok(last > first + 0.1, `the reward rose from ${first} to ${last} only`);
    assert.ok(Math.abs(numberAfter("entropy", lines[3]) - 1.2) < 0.25, `the target is 1.2 nats: ${lines[3]}`);
  },
  custom_model: (lines) => {
    const warm = lines.filter((line) => line.startsWith("warm start"));
    assert.ok(numberAfter("pass@1", warm.at(-1)) >= 0.3, warm.at(-1));
    const steps = lines.filter((line) => line.startsWith("step"));
    assert.equal(steps.length, 5);
    for (const line of steps) assert.ok(numberAfter("reward", line) > 0.2, line);
  },
  custom_loss: (lines) => {
    for (const name of ["value", "slope", "derivative"]) {
      assert.ok(lines.some((line) => line.startsWith(`${name}: largest error`)));
    }
    const steps = lines.filter((line) => line.startsWith("step"));
    assert.equal(steps.length, 3);
    for (const line of steps) {
      assert.ok(numberAfter("reward", line) > 0.1, line);
      assert.ok(numberAfter("stopped", line) > 0, `nothing moved beyond the bound: ${line}`);
    }
  },
  custom_kernel: (lines) => {
    assert.equal(lines[0], "squared_relu(-2, -0.5, 0.5, 3) = 0, 0, 0.25, 9");
    assert.ok(lines.some((line) => line.startsWith("grad_x: relative error")));
  },
  resume: (lines) => {
    const straight = lines.filter((line) => line.startsWith("step "));
    const resumed = lines.filter((line) => line.startsWith("resumed, step "));
    assert.equal(straight.length, 4);
    assert.deepEqual(
      resumed,
      straight.slice(2).map((line) => `resumed, ${line}`),
    );
    const [one, other] = lines.slice(-2);
    assert.match(one!, /^375=022:.*\$$/);
    assert.equal(other, one);
  },
  custom_controller: (lines) => {
    assert.equal(lines[0], "alpha -0.06, -0.06, 0.20, 0.20, 0.90, 0.44, 0.44");
    assert.ok(numberAfter("error", lines[1]) >= 0, lines[1]);
    let expected = 0;
    lines.slice(2).forEach((line, i) => {
      const error = numberAfter("entropy", line) - 0.3;
      expected = Math.max(-0.9, Math.min(0.9, expected + 5 * (error - Math.max(-0.01, Math.min(0.01, error)))));
      assert.ok(line.startsWith(`step ${i + 1}: `) && Math.abs(numberAfter("alpha", line) - expected) < 0.01 * (i + 1), line);
    });
    assert.equal(lines.length, 5);
  },
};

for (const [name, check] of Object.entries(examples)) test(`examples/${name}.ts does what it says`, async () => check(await run(name)));

test("every example is run", () => {
  assert.deepEqual(
    readdirSync(new URL("examples", `file://${root}`))
      .filter((name) => name.endsWith(".ts"))
      .sort(),
    Object.keys(examples)
      .map((name) => `${name}.ts`)
      .sort(),
  );
});

test("the library's lines in the README are those of examples/train.ts", () => {
  const code = readFileSync(new URL("../examples/train.ts", import.meta.url), "utf8").replace(/^\/\/.*\n/, "");
  const blocks = [...readFileSync(new URL("../README.md", import.meta.url), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, block]) => block,
  );
  assert.ok(blocks.includes(code), "copy examples/train.ts, but for its first line, into the README");
  assert.ok(code.trim().split("\n").length <= 15);
});
