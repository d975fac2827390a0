import { Option } from "commander";
import { readMetrics } from "../io/run_folder.js";
import { integer } from "./options.js";
const DEFAULT_TIMES = 3;
/** A driver that has just reset its GPU needs a moment. */
const PAUSE_MS = 1000;
/** `--auto-resume [N]`, for commands that train. */
export function addAutoResumeOption(command) {
    const meaning = `when the GPU is lost, open it again and go on from the last checkpoint, at most N times (${DEFAULT_TIMES} without N)`;
    command.addOption(new Option("--auto-resume [N]", meaning).argParser(integer({ min: 1 })));
}
/** Runs an attempt again while the GPU is lost, unless the last attempt came no further than the one before. */
export async function withAutoResume({ autoResume = 0 }, { attempt, begun, done, pause = PAUSE_MS }) {
    const times = autoResume === true ? DEFAULT_TIMES : autoResume;
    let reached = begun;
    for (let resumed = 0;; resumed += 1) {
        try {
            return await attempt(resumed > 0);
        }
        catch (error) {
            if (!(error instanceof Error && error.name === "DeviceLostError") || resumed >= times)
                throw error;
            const now = await done();
            if (now <= reached)
                throw error;
            reached = now;
            process.stderr.write(`note: ${error.message.split(";")[0]} in step ${now + 1}; going on (${resumed + 1} of ${times})\n`);
            await new Promise((resolve) => setTimeout(resolve, pause));
        }
    }
}
/** The last step in a run's metrics; 0 where it has none. */
export async function stepsDone(dir) {
    const metrics = await readMetrics(dir).catch(() => []);
    return metrics.at(-1)?.step ?? 0;
}
