import assert from "node:assert/strict";
import { test } from "node:test";
import { reversed } from "../../scripts/nightly/reversed.ts";
import { loadShaders } from "../../src/node/shader_files.ts";

test("a reversed kernel counts its workgroups from the last", () => {
  assert.equal(
    reversed("fn main(@builtin(workgroup_id) workgroup: vec3u) {\n  f(workgroup);\n}"),
    "fn main(@builtin(workgroup_id) forwards: vec3u, @builtin(num_workgroups) workgroups: vec3u) { let workgroup = workgroups - 1u - forwards;\n  f(workgroup);\n}",
  );
});

test("every kernel that knows its workgroup can be reversed", () => {
  const grids = Object.entries(loadShaders()).filter(([, wgsl]) => wgsl.includes("builtin(workgroup_id)"));
  assert.ok(grids.length > 60, `${grids.length} kernels`);
  for (const [id, wgsl] of grids) assert.match(reversed(wgsl), /\{ let workgroup = workgroups - 1u - forwards;/, id);
  assert.ok(!grids.some(([, wgsl]) => wgsl.includes("global_invocation_id")));
});
