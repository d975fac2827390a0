/** A file or folder that is missing, damaged or not ours to overwrite; the message is one line that names it and the remedy. */
export class FileError extends Error {
    name = "FileError";
}
