/**
 * Reads every WGSL file of the package. A file's id is its path below shaders/ without the extension ("norm/rms_norm").
 * @throws Error when the package's shaders/ folder is missing
 */
export declare function loadShaders(folder?: string): Record<string, string>;
