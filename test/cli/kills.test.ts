import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { killRuns } from "../../scripts/nightly/kill_runs.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-kills-"));
after(() => rm(folder, { recursive: true, force: true }));

test("a run that is killed and resumed leaves what an undisturbed run leaves; scripts/nightly/kill_runs.ts kills it more often", async () => {
  assert.equal((await killRuns(folder, { count: 2, seed: 1 })).kills, 2);
});
