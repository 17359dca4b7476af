// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { currentUser, groupName, isRoot, userName } from "../../../mod/platform/mod.ts";

const POSIX = Deno.build.os !== "windows";

Deno.test("currentUser, userName and groupName agree with the system's own tool", {
  ignore: !POSIX,
}, async () => {
  const id = async (option: string) => {
    const { stdout } = await new Deno.Command("id", { args: [option] }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  const user = currentUser();
  assert.equal(String(user.uid), await id("-u"));
  assert.equal(String(user.gid), await id("-g"));
  assert.equal(user.name, await id("-un"));
  assert.equal(userName(user.uid), user.name);
  assert.equal(userName(user.uid), user.name, "also from the cache");
  assert.equal(String(groupName(user.gid)), await id("-gn"));
  assert.equal(isRoot(), user.uid === 0);
});

Deno.test("userName and groupName know no one where the system knows no one", () => {
  assert.equal(userName(3_999_999_999), undefined);
  assert.equal(groupName(3_999_999_999), undefined);
});
