/**
 * `node --import tsx scripts/nightly/damaged_checkpoints.ts [ROUNDS]` damages checkpoints in every way that test/node/damaged_checkpoints.ts
 * knows, each with 500 seeds or with as many as given, and exits with the code of the test. It needs no GPU.
 */
import { spawnSync } from "node:child_process";

const [rounds = "500"] = process.argv.slice(2);
const options = ["--import", "tsx", "--test", "test/node/resume_point.test.ts"];
const { status } = spawnSync(process.execPath, options, { stdio: "inherit", env: { ...process.env, DAMAGE_ROUNDS: rounds } });
process.exitCode = status ?? 1;
