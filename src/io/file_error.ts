/** A file or folder that is missing, damaged or not ours to overwrite; the message is one line that names it and the remedy. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** A file that may well be right and cannot be had or written now: a hub that is away, a download that broke, a full disk. */
export class UnavailableError extends FileError {}
