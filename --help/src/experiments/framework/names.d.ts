/** A name as a folder or a file can bear it: small letters, digits, dots and hyphens. */
export declare function slug(name: string): string;
