/** What an amount of memory must look like, for messages. */
export declare const BYTES_ALLOWED = "an amount of memory such as 10GiB, 512MiB or 8e9";
/** The bytes of an amount such as "10GiB", "8 GB" or 8e9; undefined where it is none. */
export declare function parseBytes(amount: unknown): number | undefined;
/** "3.2 GiB": at most four digits, rounded up, so that a limit that is written down suffices. */
export declare function formatBytes(bytes: number): string;
