/**
 * Ends the process as SIGKILL does if it has not ended by itself after some milliseconds, in which it writes its output. Where a GPU hangs
 * nothing else may end it: Dawn waits for the GPU, and `process.exit` does so in the driver.
 */
export function endWithin(milliseconds: number): void {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), milliseconds).unref();
}
