import assert from "node:assert/strict";
import { test } from "node:test";
import { loadShaders } from "../../src/node/shader_files.ts";

/** Arrays, which kernels fill before they read them, and the aliases of arrays. */
const FILLED = /: (array<.*>|Held|HeadPart|Values);$/;

/**
 * Dawn's compiler to SPIR-V zeroes a variable without a value once, not each time its declaration runs, as WGSL has it: seen on lavapipe
 * and SwiftShader with webgpu 0.6.2. So variables of loops need a value of their own.
 */
function unsetInLoops(text: string): string[] {
  const code = text.replaceAll(/\/\/.*$/gm, "");
  const found: string[] = [];
  const isLoop: boolean[] = [];
  let statement = "";
  let parentheses = 0;
  for (const letter of code) {
    statement += letter;
    parentheses += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (parentheses > 0 || !"{};".includes(letter)) continue;
    if (letter === ";" && isLoop.includes(true) && /\bvar\b/.test(statement) && !statement.includes("=")) found.push(statement.trim());
    if (letter === "{") isLoop.push(/\b(for|while|loop)\b/.test(statement));
    if (letter === "}") isLoop.pop();
    statement = "";
  }
  return found.filter((declaration) => !FILLED.test(declaration));
}

test("a variable without a value in a loop is found", () => {
  const inner = (declaration: string): string =>
    `fn main() { for (var i = 0u; i < 4u; i += 1u) { if i > 1u { ${declaration} } } var last: f32; }`;
  assert.deepEqual(unsetInLoops(inner("var sum: vec4f;")), ["var sum: vec4f;"]);
  assert.deepEqual(unsetInLoops(inner("var sum = vec4f(0.0);")), []);
});

for (const [id, text] of Object.entries(loadShaders())) {
  test(`${id} leaves no variable of a loop to be zeroed`, () => assert.deepEqual(unsetInLoops(text), []));
}
