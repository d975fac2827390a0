/** Ends the process once its output is written, whatever it still waits for. A GPU that hangs would keep it alive for ever. */
export function endProcess(code: number): void {
  process.exitCode = code;
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
}
