import type { Observer, Submission } from "./context.ts";
import type { Device } from "./device.ts";
import { submitEncoder } from "./launch.ts";
import { describeDispatch, type ProfiledDispatch, type ProfiledSubmission, type Timer } from "./profile_record.ts";
import { submitCommands } from "./submit.ts";

/**
 * Times dispatches without timestamp queries: submits one at a time and waits for it. The engine itself does not wait between
 * submissions, so submissions and uploads queue up here, and reading back waits for this queue (`settled`).
 */
export function createHostTimer(device: Device): Timer {
  const { gpu } = device;
  let recorded: ProfiledSubmission[] = [];
  const turns = createTurns();
  let encoder: GPUCommandEncoder;
  let pass: GPUComputePassEncoder;
  let commands: { readonly encoder: GPUCommandEncoder; readonly dispatch: ProfiledDispatch }[] = [];
  let dispatch: ProfiledDispatch;

  const execute = async ({ label, encode, copies }: Submission): Promise<void> => {
    commands = [];
    const encodeStart = performance.now();
    encode(observer);
    const encodeEnd = performance.now();
    for (const { encoder, dispatch } of commands) {
      dispatch.start = performance.now();
      void submitCommands(device, dispatch.label, encoder);
      await device.flight.wait(dispatch.label, gpu.queue.onSubmittedWorkDone());
      dispatch.duration = performance.now() - dispatch.start;
    }
    void submitEncoder(device, label, gpu.createCommandEncoder({ label }), copies);
    const dispatches = commands.map((command) => command.dispatch);
    recorded.push({ label, encodeStart, encodeEnd, done: performance.now(), dispatchCount: dispatches.length, dispatches });
  };
  const observer: Observer = {
    submit: (submission) => turns.add(() => execute(submission)),
    begin: (launch, run) => {
      dispatch = describeDispatch(launch, run);
      encoder = gpu.createCommandEncoder({ label: launch.label });
      pass = encoder.beginComputePass();
      return pass;
    },
    end: () => {
      pass.end();
      commands.push({ encoder, dispatch });
    },
    defer: turns.add,
    settled: turns.done,
  };
  const take = async (): Promise<ProfiledSubmission[]> => {
    await turns.done();
    const taken = recorded;
    recorded = [];
    return taken;
  };
  return { observer, take, destroy: () => {} };
}

/** A queue of work, each piece of which waits for the one before it. */
function createTurns(): { readonly add: (work: () => Promise<void> | void) => void; readonly done: () => Promise<void> } {
  let turn: Promise<void> = Promise.resolve();
  return {
    add: (work) => {
      turn = turn.then(work);
      // Whoever awaits `done` gets the error; without this line Node.js would end the process first.
      turn.catch(() => {});
    },
    done: () => turn,
  };
}
