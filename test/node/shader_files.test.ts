import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { loadShaders } from "../../src/node/shader_files.ts";

test("every shader is read, by its path below shaders/", () => {
  const shaders = loadShaders();
  assert.match(shaders["norm/rms_norm"] ?? "", /fn main/);
  for (const id of Object.keys(shaders)) {
    assert.match(id, /^[a-z0-9_]+(\/[a-z0-9_]+)+$/);
    assert.ok(existsSync(new URL(`../../shaders/${id}.wgsl`, import.meta.url)), id);
  }
});
