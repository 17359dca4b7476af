// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemClock } from "../../../mod/base/mod.ts";
import { apiStage } from "../../kit/api_stage.ts";
import { makeCertificate } from "../../kit/certificate.ts";

Deno.test("graphqlHandler: a stranger may ask whether set-up is needed and who he is, and nothing else", async () => {
  await using stage = await apiStage();
  const { data, status } = await stage.ask("{ setUpNeeded me { byToken } }");
  assert.deepEqual([status, data], [200, { setUpNeeded: true, me: null }]);
  const refused = await stage.ask("{ installation { gridId } }");
  assert.deepEqual([refused.status, refused.codes], [401, ["SG1037"]]);
});

Deno.test("graphqlHandler: set-up signs in; cookie and CSRF value then change things, the cookie alone does not [W9]", async () => {
  await using stage = await apiStage();
  const setUp = await stage.ask(
    `mutation($code: String!) { setUp(input: {code: $code, userName: "anna", password: "gull lantern orbit quartz"}) { me { csrf user { name } } } }`,
    { code: await stage.people.setUpCode() },
  );
  assert.equal(setUp.data.setUp.me.user.name, "anna");
  const set = setUp.headers.get("set-cookie")!;
  assert.match(set, /^sid=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  const cookie = /^sid=([^;]+)/.exec(set)![1]!;
  const { csrf } = setUp.data.setUp.me;
  const create =
    `mutation { createUser(input: {name: "bob", role: VIEWER, password: "velvet anchor marsh trumpet"}) { user { name role } } }`;
  for (const wrong of [{ cookie }, { cookie, csrf: "" }, { cookie, csrf: `${csrf}x` }]) {
    const { status, codes } = await stage.ask(create, {}, wrong);
    assert.deepEqual([status, codes], [403, ["SG1038"]]);
  }
  assert.equal(await stage.people.count(), 1);
  const created = await stage.ask(create, {}, { cookie, csrf });
  assert.deepEqual(created.data, { createUser: { user: { name: "bob", role: "VIEWER" } } });
  const out = await stage.ask("mutation { signOut { done } }", {}, { cookie, csrf });
  assert.match(out.headers.get("set-cookie")!, /^sid=; .*Max-Age=0$/);
  const after = await stage.ask("{ me { byToken } users { totalCount } }", {}, { cookie });
  assert.deepEqual(after.codes, ["SG1037"]);
});

Deno.test("graphqlHandler: a sign-in ends the session that the browser had [W2]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const before = await stage.people.browser("anna");
  const signIn =
    `mutation($password: String!) { signIn(input: {userName: "anna", password: $password}) { me { csrf } } }`;
  const password = stage.people.passwordOf("anna");
  const { codes, data } = await stage.ask(signIn, { password }, before);
  assert.deepEqual(codes, []);
  assert.notEqual(data.signIn.me.csrf, before.csrf);
  assert.deepEqual((await stage.ask("{ sessions { id } }", {}, before)).codes, ["SG1037"]);
  assert.equal((await stage.people.sessions("anna")).length, 1);
});

Deno.test("graphqlHandler: a token needs no CSRF value; one that is not valid is refused at once [W2]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "administrator");
  const token = await stage.people.issue("anna", ["READ", "OPERATE"]);
  const run = await stage.ask(
    `mutation { startRun(input: {kind: BACKUP, set: "set-1"}) { run { state orderedBy set { name } } } }`,
    {},
    { token },
  );
  assert.deepEqual(run.data.startRun.run, {
    state: "QUEUED",
    orderedBy: "token:anna/READ OPERATE",
    set: { name: "documents" },
  });
  const me = await stage.ask("{ me { rights byToken csrf user { name } } }", {}, { token });
  assert.deepEqual(me.data.me, {
    rights: ["READ", "OPERATE"],
    byToken: true,
    csrf: null,
    user: { name: "anna" },
  });
  for (const bad of ["sg_" + "x".repeat(43), "sgo_" + "x".repeat(43), "x", "a b"]) {
    const { status, codes } = await stage.ask("{ setUpNeeded }", {}, { token: bad });
    assert.deepEqual([status, codes], [401, ["SG1037"]]);
  }
});

Deno.test("graphqlHandler: what goes wrong inside is told by a number that the log has, too", async () => {
  const leak = "secret of the inside";
  await using stage = await apiStage({
    installation: {
      facts: () => Promise.reject(new TypeError(leak)),
      settings: () => Promise.resolve([]),
      changeSetting: () => Promise.reject(new Error(leak)),
    },
  });
  await stage.people.add("anna", "administrator");
  const { codes, text, status } = await stage.ask("{ installation { gridId } }", {}, {
    token: await stage.people.issue("anna", ["READ"]),
  });
  assert.deepEqual([status, codes], [500, ["SG1023"]]);
  assert.doesNotMatch(text, /secret|stack|\.ts|TypeError/);
  const number = /number ([0-9a-f]{12})/.exec(text)![1]!;
  assert.ok(stage.logged.some((line) => line.includes(number) && line.includes(leak)));
});

Deno.test("graphqlHandler: mistakes in the document or its variables are told with SG1040, without the values", async () => {
  await using stage = await apiStage();
  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["{ nothing }", {}, /Cannot query field "nothing"/],
    ["{ me { byToken }", {}, /Syntax Error/],
    ["query A { setUpNeeded } query B { setUpNeeded }", {}, /operationName/],
    ["mutation($i: SignInInput!) { signIn(input: $i) { me { byToken } } }", {
      i: { userName: "anna", password: "hunter2hunter2", more: 1 },
    }, /"more" is not defined/],
  ];
  for (const [query, variables, message] of cases) {
    const { codes, text, status } = await stage.ask(query, variables);
    assert.deepEqual([status, codes[0]], [400, "SG1040"], query);
    assert.match(JSON.parse(text).errors[0].message, message);
    assert.doesNotMatch(text, /hunter2/);
    assert.ok(JSON.parse(text).errors[0].extensions.remedy.length > 10);
  }
});

Deno.test("graphqlHandler: the schema describes itself, and suggests names, to those who are signed in [W11]", async () => {
  await using stage = await apiStage();
  await stage.people.add("anna", "viewer");
  const token = await stage.people.issue("anna", ["READ"]);
  const { getIntrospectionQuery } = await import("graphql");
  const asked = await stage.ask(getIntrospectionQuery(), {}, { token });
  assert.deepEqual(asked.codes, []);
  assert.ok(asked.data.__schema.types.length > 50);
  for (const query of [getIntrospectionQuery(), `{ __type(name: "User") { name } }`]) {
    const { status, codes } = await stage.ask(query);
    assert.deepEqual([status, codes[0]], [401, "SG1037"]);
  }
  assert.match((await stage.ask("{ setUpNeedet }", {}, { token })).text, /Did you mean/);
  assert.doesNotMatch((await stage.ask("{ setUpNeedet }")).text, /Did you mean/);
});

Deno.test("graphqlHandler: a query that takes too long is given up, and its work told so [W11]", async () => {
  const { FakeClock } = await import("../../kit/fake_clock.ts");
  const clock = new FakeClock({ auto: false });
  const started = Promise.withResolvers<AbortSignal>();
  await using stage = await apiStage({}, clock);
  await stage.people.add("anna", "operator");
  const { apiClient } = await import("../../kit/api_rooms.ts");
  const client = apiClient(stage.runs);
  await using slow = await apiStage({
    account: stage.account,
    client: {
      ...client,
      search: {
        ...client.search,
        search: (_order, _page, signal) => {
          started.resolve(signal);
          return new Promise(() => {});
        },
      },
    },
  }, clock);
  const answer = slow.ask(`{ search(pattern: "*") { nodes { path } } }`, {}, {
    token: await stage.people.issue("anna", ["READ", "RESTORE"]),
  });
  const signal = await started.promise;
  await clock.advance(10_000);
  const { status, codes } = await answer;
  assert.deepEqual([status, codes], [413, ["SG1041"]]);
  assert.equal(signal.aborted, true);
});

Deno.test("graphqlHandler: twenty requests of one user at once, no more; others are not in their way [W11]", async () => {
  const gate = Promise.withResolvers<void>();
  let waiting = 0;
  const full = Promise.withResolvers<void>();
  await using stage = await apiStage({
    installation: {
      facts: async () => {
        if (++waiting === 20) full.resolve();
        await gate.promise;
        throw new Error("not needed");
      },
      settings: () => Promise.resolve([]),
      changeSetting: () => Promise.reject(new Error("not needed")),
    },
  });
  await stage.people.add("anna", "viewer");
  await stage.people.add("bob", "viewer");
  const token = await stage.people.issue("anna", ["READ"]);
  const first = Array.from({ length: 20 }, () => stage.ask("{ installation { gridId } }", {}, { token }));
  await full.promise;
  const { status, codes } = await stage.ask("{ settings { key } }", {}, {
    token: await stage.people.issue("anna", ["READ"]),
  });
  assert.deepEqual([status, codes], [429, ["SG1039"]]);
  const other = await stage.ask("{ settings { key } }", {}, {
    token: await stage.people.issue("bob", ["READ"]),
  });
  assert.deepEqual(other.data, { settings: [] });
  gate.resolve();
  await Promise.all(first);
  assert.deepEqual((await stage.ask("{ settings { key } }", {}, { token })).data, { settings: [] });
});

Deno.test("graphqlHandler: every answer keeps itself from caches, frames and guesses of its type [W8]", async () => {
  await using stage = await apiStage();
  for (const answer of [await stage.ask("{ setUpNeeded }"), await stage.post("nonsense")]) {
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.match(answer.headers.get("content-security-policy")!, /default-src 'none'/);
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    assert.equal(answer.headers.get("server"), null);
  }
});

Deno.test("graphqlHandler: over TLS the cookie is bound to this host and to TLS, and another name is not taken [W1]", async () => {
  const { cert, key } = await makeCertificate();
  await using stage = await apiStage({}, systemClock, { certificate: cert, key });
  await stage.people.add("anna", "viewer");
  const signIn = JSON.stringify({
    query: 'mutation($p: String!) { signIn(input: {userName: "anna", password: $p}) { me { csrf } } }',
    variables: { p: stage.people.passwordOf("anna") },
  });
  using client = Deno.createHttpClient({ caCerts: [cert], http2: false });
  const send = async (body: string, cookie: string) => {
    const headers = { "content-type": "application/json", cookie };
    const response = await fetch(stage.url, { method: "POST", client, headers, body });
    return { set: response.headers.get("set-cookie"), json: await response.json() };
  };
  const { set } = await send(signIn, "");
  assert.match(set!, /^__Host-sid=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  const value = /=([\w-]{43});/.exec(set!)![1]!;
  const me = `{"query":"{ me { user { name } } }"}`;
  assert.equal((await send(me, `__Host-sid=${value}`)).json.data.me.user.name, "anna");
  for (const other of [`sid=${value}`, `__Secure-sid=${value}`, `__Host-sid=${value}; __Host-sid=${value}`]) {
    assert.equal((await send(me, other)).json.data.me, null);
  }
});

Deno.test("graphqlHandler: what was asked before the service stops is answered", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<never[]>();
  await using stage = await apiStage({
    installation: {
      facts: () => Promise.reject(new Error("not needed")),
      settings: () => {
        asked.resolve();
        return answer.promise;
      },
      changeSetting: () => Promise.reject(new Error("not needed")),
    },
  });
  await stage.people.add("anna", "viewer");
  const reply = stage.ask("{ settings { key } }", {}, await stage.people.browser("anna"));
  await asked.promise;
  stage.stop();
  answer.resolve([]);
  assert.deepEqual((await reply).data, { settings: [] });
});
