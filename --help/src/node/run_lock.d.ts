/** The file in a run folder that says which process writes there. */
export declare const LOCK_FILE = "run.lock";
/** The lock of a run folder, which has one writer at a time. */
export interface RunLock {
    /** @throws FileError where the folder has vanished or another process has taken it over */
    assertHeld(): Promise<void>;
    release(): Promise<void>;
}
/** Runs `work` while this process holds the folder's lock, and makes the folder where there is none. */
export declare function withRunLock<Result>(dir: string, work: (lock: RunLock) => Promise<Result>): Promise<Result>;
/** @throws FileError that names the process that writes there, or says why the folder cannot be written */
export declare function lockRunFolder(dir: string): Promise<RunLock>;
