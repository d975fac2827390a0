/**
 * Ends the process once its output is written, as SIGKILL does. Where a GPU hangs nothing else will: `process.exit` waits in the driver for
 * what the GPU has begun.
 */
export function killProcess(): void {
  process.stdout.write("", () => process.stderr.write("", () => process.kill(process.pid, "SIGKILL")));
}
