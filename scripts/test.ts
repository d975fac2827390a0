/**
 * `npm test [-- FILE|FOLDER|--node-option ...]` runs Node's test runner over test/, or over what is named, and exits with its code.
 * Node 20 expands no patterns itself, so the files are listed here. Two files run at a time, because that is what two cores bear.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function testFiles(path: string): string[] {
  if (!existsSync(path)) {
    process.stderr.write(`error: there is no ${path}; name test files or folders, or nothing for all of test/\n`);
    process.exit(2);
  }
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path, { recursive: true }) as string[];
  return names
    .filter((name) => name.endsWith(".test.ts"))
    .sort()
    .map((name) => join(path, name));
}

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("-"));
const named = words.filter((word) => !word.startsWith("-"));
const files = named.length > 0 ? named.flatMap(testFiles) : testFiles(join(root, "test"));
if (files.length === 0) {
  process.stderr.write(`error: ${named.join(", ")} holds no *.test.ts\n`);
  process.exit(2);
}
const runner = spawn(process.execPath, ["--import", "tsx", "--test", "--test-concurrency=2", ...options, ...files], { stdio: "inherit" });
runner.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
