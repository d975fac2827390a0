/** A Markdown table. With `numbers` all columns but the first are set to the right. */
export declare function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[], { numbers }?: {
    numbers?: boolean | undefined;
}): string;
