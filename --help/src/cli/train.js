import { stringify } from "yaml";
import { createRunFolder, listCheckpoints } from "../io/run_folder.js";
import { sweepRunFolder } from "../io/sweep.js";
import { withRunLock } from "../node/run_lock.js";
import { applyOverrides, parseTrainConfig } from "../rl/config/index.js";
import { addAutoResumeOption, stepsDone, withAutoResume } from "./auto_resume.js";
import { evaluateBeforeAndAfter } from "./before_after.js";
import { showPlan } from "./memory_table.js";
import { addAdapterOption, addExamples, addSetOption, readConfigFile } from "./options.js";
import { resume } from "./resume.js";
import { addWatchOptions } from "./step_watch.js";
import { openSession, planSession, runSession } from "./training_session.js";
export function register(command) {
    command
        .argument("<config>", "YAML file with the keys model, task, seed, grpo, entropy, eval, output, or a shipped one by name: quickstart")
        .option("--overwrite", "replace a run that output.dir already holds")
        .option("--no-plots", "do not draw plots at the end")
        .option("--plan", "only show how much GPU memory the run needs; train nothing and write nothing")
        .action(trainAgain);
    addAdapterOption(command);
    addSetOption(command);
    addWatchOptions(command);
    addAutoResumeOption(command);
    addExamples(command, [
        ["train quickstart", "trains the shipped model on countdown with its entropy held at 0.35 nats"],
        ["train configs/quickstart.yaml --set entropy.controller=none --set output.dir=runs/grpo", "the same by plain GRPO, to compare with"],
        ["train configs/quickstart.yaml --plan", "shows the GPU memory that the run needs, part by part, and trains nothing"],
        ["train configs/quickstart.yaml --profile 5", "also shows which kernels the third to the seventh step spent their time in"],
    ]);
}
async function trainAgain(path, options) {
    const { value, name } = await readConfigFile(path);
    const { dir } = parseTrainConfig(applyOverrides(value, options.set), name).output;
    const goOn = async () => {
        if ((await listCheckpoints(dir)).length > 0)
            await resume(dir, { ...options, set: [] });
        else
            await train(path, { ...options, overwrite: true });
    };
    const attempt = (again) => (again ? goOn() : train(path, options));
    await withAutoResume(options, { attempt, begun: 0, done: () => stepsDone(dir) });
}
async function train(path, options) {
    const { value, name } = await readConfigFile(path);
    const config = parseTrainConfig(applyOverrides(value, options.set), name);
    if (options.plan)
        return showPlan(await planSession(config, { adapter: options.adapter }), config.memory);
    const session = await openSession(config, { adapter: options.adapter, watch: options });
    const { dir } = config.output;
    await withRunLock(dir, async (lock) => {
        await createRunFolder(dir, stringify(config), { overwrite: options.overwrite ?? false });
        await sweepRunFolder(dir);
        await evaluateBeforeAndAfter(session, config, {
            plots: options.plots,
            run: (interrupt) => runSession(session, config, { interrupt, lock }),
        });
    });
}
