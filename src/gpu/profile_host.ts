import type { Observer, Submission } from "./context.ts";
import type { Device } from "./device.ts";
import { submitEncoder } from "./launch.ts";
import { closedPass, describeDispatch, type ProfiledDispatch, type ProfiledSubmission, type Timer } from "./profile_record.ts";

/**
 * Without timestamp queries: submits one dispatch at a time and waits for it. Submissions and uploads queue up behind one another,
 * because the engine submits without waiting; reading back waits for the queue (`settled`).
 */
export function createHostTimer(device: Device): Timer {
  const { gpu } = device;
  let recorded: ProfiledSubmission[] = [];
  let turn: Promise<void> = Promise.resolve();
  let encoder: GPUCommandEncoder;
  let pass: GPUComputePassEncoder;
  let commands: { readonly buffer: GPUCommandBuffer; readonly dispatch: ProfiledDispatch }[] = [];
  let dispatch: ProfiledDispatch;

  const inTurn = (work: () => Promise<void> | void): void => {
    turn = turn.then(work);
    // The one who waits in `settled` is told; without this Node would end the process first.
    turn.catch(() => {});
  };
  const execute = async ({ label, encode, copies }: Submission): Promise<void> => {
    commands = [];
    const encodeStart = performance.now();
    const last = gpu.createCommandEncoder({ label });
    encode(closedPass(last));
    const encodeEnd = performance.now();
    for (const { buffer, dispatch } of commands) {
      dispatch.start = performance.now();
      gpu.queue.submit([buffer]);
      device.stats.submits += 1;
      await gpu.queue.onSubmittedWorkDone();
      dispatch.duration = performance.now() - dispatch.start;
    }
    submitEncoder(device, last, copies);
    const dispatches = commands.map((command) => command.dispatch);
    recorded.push({ label, encodeStart, encodeEnd, done: performance.now(), dispatchCount: dispatches.length, dispatches });
  };
  const observer: Observer = {
    submit: (submission) => inTurn(() => execute(submission)),
    begin: (launch, run) => {
      dispatch = describeDispatch(launch, run);
      encoder = gpu.createCommandEncoder({ label: launch.label });
      pass = encoder.beginComputePass();
      return pass;
    },
    end: () => {
      pass.end();
      commands.push({ buffer: encoder.finish(), dispatch });
    },
    defer: (work) => inTurn(work),
    settled: () => turn,
  };
  const take = async (): Promise<ProfiledSubmission[]> => {
    await turn;
    const taken = recorded;
    recorded = [];
    return taken;
  };
  return { observer, take, destroy: () => {} };
}
