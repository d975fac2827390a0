import { listCheckpoints } from "../io/run_folder.ts";
import { type AutoResumeOptions, stepsDone, withAutoResume } from "./auto_resume.ts";
import { type ResumeOptions, resume } from "./resume.ts";

/** A run that begins. */
export interface Beginning {
  /** Its folder. */
  readonly dir: string;
  /** Begins it. `onFolder` is to be called once the folder is made. */
  readonly begin: (changed: { readonly overwrite?: boolean }, onFolder: () => void) => Promise<void>;
}

/** Begins a run. Where the GPU is lost and `--auto-resume` is given, the run goes on from its last checkpoint, or begins anew without one. */
export async function beginAgain(
  options: AutoResumeOptions & { readonly adapter: string; readonly plots?: boolean },
  { dir, begin }: Beginning,
): Promise<void> {
  // Until this process has made the folder, whatever it holds is another run, which is neither counted nor continued.
  let isOurs = false;
  const onFolder = (): void => {
    isOurs = true;
  };
  const resumed: Omit<ResumeOptions, "autoResume"> = { adapter: options.adapter, plots: options.plots ?? true, set: [] };
  const attempt = async (again: boolean): Promise<void> => {
    if (!again || !isOurs) await begin({}, onFolder);
    else if ((await listCheckpoints(dir)).length > 0) await resume(dir, resumed);
    else await begin({ overwrite: true }, onFolder);
  };
  await withAutoResume(options, { attempt, begun: 0, done: async () => (isOurs ? stepsDone(dir) : 0) });
}
