import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Inside the project, so that the built files find their dependencies. */
const built = join(root, ".cache", `package-${process.pid}`);
after(() => rmSync(built, { recursive: true, force: true }));

const node = (...words: string[]) => promisify(execFile)(process.execPath, words, { cwd: root });

test("what npm run build makes is what package.json exports, without TypeScript, and opens a GPU with its own shaders", async () => {
  await node("--import", "tsx", "scripts/build.ts", built);
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
