import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Writes past Node.js as Dawn does, and then as a program does. */
const PROGRAM = `
import { writeSync } from "node:fs";
import { quietDawn, withoutNoise } from "${fileURLToPath(new URL("../../src/node/quiet_dawn.ts", import.meta.url))}";
if (process.argv.at(-1) === "quiet") quietDawn();
const before = process.stderr.writable;
const result = withoutNoise(() => {
  writeSync(2, "Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit.\\n");
  writeSync(2, "Warning: something else\\n");
  return 7;
});
process.stderr.write("result " + result + "\\n");
`;

/** The program's stderr through a pipe of the shell's. Those of Node.js are sockets, which cannot be opened again. */
function stderrOf(mode: "quiet" | "plain", reader = "cat"): string {
  const words = `"${process.execPath}" --import tsx --input-type=module -e "$PROGRAM" ${mode} 2>&1 >/dev/null | ${reader}`;
  const { stdout } = spawnSync("sh", ["-c", words], {
    encoding: "utf8",
    env: { ...process.env, PROGRAM, NODE_OPTIONS: "" },
    timeout: 20_000,
  });
  return stdout;
}

const skip = process.platform !== "linux" && "elsewhere stderr is left alone";

test("Dawn's warnings about reduced limits do not reach the screen, everything else does, and stderr is stderr again", { skip }, () => {
  assert.equal(stderrOf("quiet"), "Warning: something else\nresult 7\n");
});

test("without being asked, stderr is left alone", { skip }, () => {
  assert.match(stderrOf("plain"), /^Warning: maxDynamic.*\nWarning: something else\nresult 7\n$/);
});

test("a reader that has gone away holds nothing up", { skip }, () => {
  const started = performance.now();
  assert.equal(stderrOf("quiet", "true"), "");
  assert.ok(performance.now() - started < 15_000, "it waited for a reader");
});
