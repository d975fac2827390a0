import { z } from "zod";
/** What a file holds, so that damage to it is seen. */
export interface Digest {
    readonly bytes: number;
    readonly sha256: string;
}
/** Digests by file name. */
export type Digests = Readonly<Record<string, Digest>>;
export declare const digestsSchema: z.ZodRecord<z.ZodString, z.ZodObject<{
    bytes: z.ZodInt;
    sha256: z.ZodString;
}, z.core.$strict>>;
export declare function digestOf(parts: readonly (Uint8Array | string)[]): Digest;
/** Reads a file piece by piece. With `sync` it returns once the file is on the disk. Throws FileError when it cannot be read. */
export declare function digestFile(path: string, { sync }?: {
    sync?: boolean | undefined;
}): Promise<Digest>;
/** Throws FileError naming the first file of a folder that is missing or is not what was written. */
export declare function verifyFiles(dir: string, digests: Digests): Promise<void>;
