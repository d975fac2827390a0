/** Listens for Ctrl-C. The first one asks for a stop, and a second one ends the process at once. */
export interface InterruptWatch {
  requested(): boolean;
  release(): void;
}

/** `onRequest` is called at the first Ctrl-C. */
export function watchInterrupt(onRequest: () => void): InterruptWatch {
  let asked = false;
  const onSignal = (): void => {
    if (asked) process.exit(130);
    asked = true;
    onRequest();
  };
  process.on("SIGINT", onSignal);
  return { requested: () => asked, release: () => process.off("SIGINT", onSignal) };
}
