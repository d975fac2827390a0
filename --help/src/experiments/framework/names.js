/** A name as a folder or a file can bear it: small letters, digits, dots and hyphens. */
export function slug(name) {
    return name.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
}
