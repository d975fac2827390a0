import assert from "node:assert/strict";
import { test } from "node:test";
import { mutationsByHand } from "../../scripts/nightly/kernel_mutations.ts";
import { loadShaders } from "../../src/node/shader_files.ts";

test("the mistakes that mutate_kernels makes by hand are made in the shaders as they are", () => {
  const shaders = loadShaders();
  const absent = mutationsByHand.filter(({ shader, find }) => !shaders[shader]?.includes(find));
  assert.deepEqual(absent, []);
});
