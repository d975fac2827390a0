/// <reference types="@webgpu/types" />
/** Files of the software GPU (SwiftShader), unpacked from the optional dependency @sparticuz/chromium; or why there is none. */
export type SoftwareGpu = {
    readonly driver: string;
    readonly loader: string;
} | {
    readonly missing: string;
};
/** Unpacks the embedded software GPU into a cache folder, once per version, and again where its files are damaged. Linux x64 only. */
export declare function unpackSoftwareGpu(): Promise<SoftwareGpu>;
/** Whether the system has a Vulkan loader. Node.js tries to load it as an addon; the way this fails tells whether it is there. */
export declare function hasSystemLoader(): boolean;
/** Loads a Vulkan loader into this process and leaves it there, so that Dawn finds it when it asks for one by name. */
export declare function loadLibrary(path: string): boolean;
/**
 * The bytes of a regular file in a ustar archive.
 * @throws Error when the archive has no such file or ends inside it
 */
export declare function tarEntry(tar: Uint8Array, name: string): Uint8Array;
