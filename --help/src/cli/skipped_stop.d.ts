/**
 * The error that a command ends with. Where too many steps in a row were skipped, `keep` first writes down the last of them and a checkpoint,
 * whose folder it returns; `remedy` ends the message.
 */
export declare function afterSkips<Result>(error: unknown, remedy: string, keep: (result: Result) => Promise<string>): Promise<unknown>;
