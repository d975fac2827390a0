import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { resume } from "../../src/cli/resume.ts";
import { UnavailableError } from "../../src/io/file_error.ts";
import { writeConfig } from "../../src/io/run_folder.ts";
import { findResumePoint } from "../../src/node/resume_point.ts";
import { config, writeTiny, writeTinyAdapter } from "./damaged_checkpoints.ts";
import { serveHub, useHub } from "./hub_server.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const hub = await serveHub({
  "models/org/base": {
    commit,
    files: { "config.json": bytes(JSON.stringify(config)), "model.safetensors": bytes("{}"), "tokenizer.json": bytes("{}") },
  },
});
const folder = await mkdtemp(join(tmpdir(), "resume-hub-"));
const endHub = useHub(hub, join(folder, "cache"));
after(async () => {
  endHub();
  await rm(folder, { recursive: true });
});

test("a hub that is too busy for an adapter's base ends the command, and no older checkpoint is taken in its place", async () => {
  const dir = join(folder, "run");
  await writeTiny(dir, 2);
  await writeTinyAdapter(dir, 4, "org/base");
  await writeConfig(dir, "model: org/base\ntask: { name: countdown }\nlora: { rank: 2 }\n");
  const isBusy = (error: Error): boolean => {
    assert.match(error.message, /^The hub answers 503 for the model org\/base; try again later\.$/);
    return error instanceof UnavailableError;
  };
  hub.failures.push(503);
  await assert.rejects(findResumePoint(dir), isBusy);
  hub.failures.push(503);
  await assert.rejects(resume(dir, { adapter: "auto", set: [], plots: false }), isBusy);
  const { point, refused } = await findResumePoint(dir);
  assert.deepEqual([point?.step, refused], [4, []], "the next try goes on from the newest");
});
