/** Whether the tests run on SwiftShader, which takes seconds to compile a kernel that only GPUs take. The other adapters try all that there is. */
export const isSlowAdapter = process.env.ENTROPIC_ADAPTER === "embedded";
