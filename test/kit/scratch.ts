// Copyright the SpareGrid authors. Apache-2.0.

/** A temporary folder that goes away with the test: `await using folder = await scratch()`. */
export async function scratch(
  prefix = "sparegrid-test-",
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix });
  return {
    path,
    // `rm`, because a test's tree may hold names that Deno cannot spell.
    [Symbol.asyncDispose]: async () => {
      await new Deno.Command("chmod", { args: ["-R", "u+rwx", path], stderr: "null" }).output();
      await new Deno.Command("rm", { args: ["-rf", path], stderr: "null" }).output();
    },
  };
}
