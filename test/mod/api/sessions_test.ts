// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { OTHER_PASSWORD } from "../../kit/account_stage.ts";
import { type ApiStage, apiStage, type Sender } from "../../kit/api_stage.ts";

/** What a protected query is answered with. */
async function asked(stage: ApiStage, sender: Sender): Promise<string> {
  const { status, codes } = await stage.ask("{ settings { key } }", {}, sender);
  return `${status} ${codes.join()}`;
}

Deno.test("sessions: signing out, a new password, disabling and removing the user end them at the server [W2]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  await stage.people.add("bob", "viewer");
  const anna = await stage.people.browser("anna");
  const { data } = await stage.ask("{ users { nodes { id name } } }", {}, anna);
  const bobId = data.users.nodes.find(({ name }: { name: string }) => name === "bob").id;
  const ends: Record<string, (bob: Sender) => Promise<unknown>> = {
    signOut: (bob) => stage.ask("mutation { signOut { done } }", {}, bob),
    changePassword: async () => {
      const other = await stage.people.browser("bob");
      await stage.ask(
        "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { done } }",
        { i: { oldPassword: stage.people.passwordOf("bob"), newPassword: OTHER_PASSWORD } },
        other,
      );
      assert.equal(await asked(stage, other), "200 ");
    },
    newPassword: () =>
      stage.ask(
        "mutation($i: UpdateUserInput!) { updateUser(input: $i) { user { id } } }",
        { i: { id: bobId, password: stage.people.passwordOf("bob") } },
        anna,
      ),
    disable: async () => {
      const change =
        "mutation($id: ID!, $on: Boolean!) { updateUser(input: {id: $id, enabled: $on}) { user { id } } }";
      await stage.ask(change, { id: bobId, on: false }, anna);
      await stage.ask(change, { id: bobId, on: true }, anna);
    },
    remove: () => stage.ask("mutation($id: ID!) { deleteUser(id: $id) { done } }", { id: bobId }, anna),
  };
  for (const [name, end] of Object.entries(ends)) {
    const bob = await stage.people.browser("bob");
    assert.equal(await asked(stage, bob), "200 ", name);
    await end(bob);
    for (let again = 0; again < 3; again++) assert.equal(await asked(stage, bob), "401 SG1037", name);
  }
  assert.equal(await asked(stage, anna), "200 ");
});

Deno.test("sessions: one's own are listed and ended one by one; another's cannot be [W3]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  await stage.people.add("eve", "administrator");
  const [first, second] = [await stage.people.browser("anna"), await stage.people.browser("anna")];
  const { data } = await stage.ask("{ sessions { id current address agent } }", {}, second);
  assert.deepEqual(
    data.sessions.map(({ current, agent }: { current: boolean; agent: string }) => [current, agent]),
    [
      [false, "test"],
      [true, "test"],
    ],
  );
  const end = "mutation($id: ID!) { endSession(id: $id) { done } }";
  const id = data.sessions[0].id;
  assert.deepEqual((await stage.ask(end, { id }, await stage.people.browser("eve"))).codes, ["SG1036"]);
  assert.equal(await asked(stage, first), "200 ");
  assert.deepEqual((await stage.ask(end, { id }, second)).codes, []);
  assert.equal(await asked(stage, first), "401 SG1037");
  assert.equal(await asked(stage, second), "200 ");
});

Deno.test("sessions: a cookie that nobody was given is nobody; no text in its place goes wrong [W2]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  for (const cookie of ["x", "A".repeat(43), "A".repeat(256), "../../etc", "%00", "'; drop table user; --"]) {
    assert.equal(await asked(stage, { cookie }), "401 SG1037", cookie);
  }
});
