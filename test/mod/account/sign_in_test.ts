// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { isSgError } from "../../../mod/errors/mod.ts";
import {
  type AccountStage,
  accountStage,
  GOOD_PASSWORD,
  OTHER_PASSWORD,
  refusal,
} from "../../kit/account_stage.ts";

const HOUR = 3_600_000;

async function withAnn(act: (stage: AccountStage, id: string) => Promise<void>): Promise<void> {
  await using stage = await accountStage();
  const { id } = await stage.users.create({ name: "Ann", role: "administrator", password: GOOD_PASSWORD });
  await act(stage, id);
}

const order = (password: string, address = "192.0.2.1", userName = "Ann") => ({
  ...{ userName, password, address, agent: "test" },
});

/** What a try ends with: `in`, or the code. */
async function tried(stage: AccountStage, ...args: Parameters<typeof order>): Promise<string> {
  try {
    await stage.signIn.signIn(order(...args));
    return "in";
  } catch (error) {
    if (isSgError(error)) return error.code;
    throw error;
  }
}

Deno.test("SignIn: the right name, in whatever case, and password give a new session each time [W2]", async () => {
  await withAnn(async (stage) => {
    const first = await stage.signIn.signIn(order(GOOD_PASSWORD));
    const second = await stage.signIn.signIn(order(GOOD_PASSWORD, "::1", "aNN"));
    assert.notEqual(first.cookie, second.cookie);
    assert.equal((await stage.sessions.identify(second.cookie)).user.name, "Ann");
  });
});

Deno.test("SignIn: accented passwords are the same however the keyboard composed them", async () => {
  await withAnn(async (stage) => {
    await stage.users.create({
      name: "Zoe\u0308",
      role: "viewer",
      password: "e\u0301te\u0301 inoubliable 7",
    });
    assert.equal(await tried(stage, "\u00e9t\u00e9 inoubliable 7", "::1", "Zo\u00eb"), "in");
  });
});

Deno.test("SignIn: wrong name, wrong password and disabled user have one text [W5]", async () => {
  await withAnn(async (stage) => {
    const { id } = await stage.users.create({ name: "off", role: "viewer", password: GOOD_PASSWORD });
    await stage.users.update(id, { enabled: false });
    const texts = new Set<string>();
    for (
      const [password, name] of [
        ["wrong", "Ann"],
        ["wrong", "nobody"],
        [GOOD_PASSWORD, "off"],
        ["", "Ann"],
        ["x".repeat(100_000), "Ann"],
        [GOOD_PASSWORD, "\u0000"],
        [GOOD_PASSWORD, "n".repeat(100_000)],
      ] as const
    ) {
      texts.add(
        (await refusal(stage.signIn.signIn(order(password, `192.0.2.${texts.size}`, name)), "SG1037")).text,
      );
      stage.pass(HOUR);
    }
    assert.equal(texts.size, 1);
  });
});

Deno.test("SignIn: five tries are free, then 1, 2, 4 … s up to a quarter of an hour, and never for good [W5]", async () => {
  await withAnn(async (stage) => {
    for (let i = 0; i < 5; i++) assert.equal(await tried(stage, "wrong"), "SG1037");
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
      const { waitSeconds } = await refusal(stage.signIn.signIn(order(GOOD_PASSWORD)), "SG1039");
      assert.equal(waitSeconds, seconds);
      stage.pass(seconds * 1_000 - 1);
      assert.equal(await tried(stage, GOOD_PASSWORD), "SG1039", `${seconds} s are not over`);
      stage.pass(1);
      assert.equal(await tried(stage, "wrong"), "SG1037");
    }
    stage.pass(900_000);
    assert.equal(await tried(stage, GOOD_PASSWORD), "in");
    for (let i = 0; i < 5; i++) assert.equal(await tried(stage, "wrong"), "SG1037");
  });
});

Deno.test("SignIn: 10,000 guesses from one address: few are looked at, and the owner gets in from another [W5]", async () => {
  await withAnn(async (stage) => {
    let verified = 0;
    for (let i = 0; i < 10_000; i++) {
      if (await tried(stage, `guess ${i}`) === "SG1037") verified++;
      stage.pass(HOUR / 10_000);
      if (i % 2_500 === 0) assert.equal(await tried(stage, GOOD_PASSWORD, "198.51.100.7"), "in");
    }
    assert.ok(verified <= 20, `${verified} guesses were looked at`);
  });
});

Deno.test("SignIn: guesses at once count as if one after the other, and the right one among refused ones is not seen [W5]", async () => {
  await withAnn(async (stage) => {
    const results = await Promise.all(Array.from({ length: 100 }, (_, i) => tried(stage, `guess ${i}`)));
    assert.equal(results.filter((result) => result === "SG1037").length, 5);
    assert.equal(await tried(stage, GOOD_PASSWORD), "SG1039");
  });
});

Deno.test("SignIn: from many addresses a name is tried 60 times an hour at most; who signed in before gets in [W5]", async () => {
  await withAnn(async (stage) => {
    assert.equal(await tried(stage, GOOD_PASSWORD, "2001:db8:1:2::3"), "in");
    let verified = 0;
    for (let i = 0; i < 3_000; i++) {
      if (await tried(stage, "wrong", `10.${i >> 8}.${i & 255}.1`) === "SG1037") verified++;
      stage.pass(HOUR / 3_000);
    }
    assert.ok(verified >= 50 && verified <= 60, `${verified} guesses were looked at`);
    for (let i = 0; await tried(stage, "wrong", `10.99.${i}.1`) === "SG1037"; i++) assert.ok(i < 2);
    assert.equal(await tried(stage, GOOD_PASSWORD, "203.0.113.9"), "SG1039");
    assert.equal(await tried(stage, GOOD_PASSWORD, "2001:db8:1:2:ffff::9"), "in"); // the same /64
    stage.pass(240_000);
    assert.equal(await tried(stage, GOOD_PASSWORD, "203.0.113.9"), "in");
  });
});

Deno.test("SignIn: who is signed in from an address is known there, also after a restart [W5]", async () => {
  await withAnn(async (stage) => {
    assert.equal(await tried(stage, GOOD_PASSWORD, "203.0.113.1"), "in");
    const again = { ...stage, ...await stage.reopen() };
    for (let i = 0; i < 40; i++) await tried(again, "wrong", `10.0.${i}.1`);
    assert.equal(await tried(again, GOOD_PASSWORD, "203.0.113.2"), "SG1039");
    assert.equal(await tried(again, GOOD_PASSWORD, "203.0.113.1"), "in");
  });
});

Deno.test("SignIn: a name that does not exist is slowed down just as one that does [W5]", async () => {
  await withAnn(async (stage) => {
    const results: string[][] = [];
    for (const name of ["Ann", "nobody"]) {
      const fresh = { ...stage, ...await stage.reopen() };
      const list: string[] = [];
      for (let i = 0; i < 80; i++) {
        list.push(await tried(fresh, "wrong", `10.0.${i}.1`, name));
        stage.pass(30_000);
      }
      results.push(list);
    }
    assert.deepEqual(results[1], results[0]);
    assert.ok(results[0]!.includes("SG1039"));
  });
});

Deno.test("SignIn: other names at the same address are slowed down, too, other addresses are not [W5]", async () => {
  await withAnn(async (stage) => {
    await stage.users.create({ name: "bob", role: "viewer", password: OTHER_PASSWORD });
    for (let i = 0; i < 5; i++) await tried(stage, "wrong", "2001:db8::1", `name ${i}`);
    assert.equal(await tried(stage, OTHER_PASSWORD, "2001:db8::2", "bob"), "SG1039");
    assert.equal(await tried(stage, OTHER_PASSWORD, "2001:db8:0:1::2", "bob"), "in");
  });
});

Deno.test("SignIn.changePassword: takes the old one, ends the other sessions, and is slowed down as signing in is [W2, W5]", async () => {
  await withAnn(async (stage, id) => {
    const [kept, gone] = [
      await stage.signIn.signIn(order(GOOD_PASSWORD)),
      await stage.signIn.signIn(order(GOOD_PASSWORD)),
    ];
    const change = (oldPassword: string, newPassword: string) =>
      stage.signIn.changePassword({
        ...{
          userId: id,
          oldPassword,
          newPassword,
          address: "192.0.2.1",
          keptSession: kept.identity.sessionId!,
        },
      });
    await refusal(change("wrong", OTHER_PASSWORD), "SG1037");
    await refusal(change(GOOD_PASSWORD, "short"), "SG1040");
    await change(GOOD_PASSWORD, OTHER_PASSWORD);
    await stage.sessions.identify(kept.cookie);
    await refusal(stage.sessions.identify(gone.cookie), "SG1037");
    assert.equal(await tried(stage, GOOD_PASSWORD, "::1"), "SG1037");
    assert.equal(await tried(stage, OTHER_PASSWORD, "::1"), "in");
    for (let i = 0; i < 5; i++) await refusal(change("wrong", GOOD_PASSWORD), "SG1037");
    await refusal(change(OTHER_PASSWORD, GOOD_PASSWORD), "SG1039");
  });
});

Deno.test("SignIn: right tries cost nothing, from however many addresses", async () => {
  await withAnn(async (stage) => {
    for (let i = 0; i < 100; i++) assert.equal(await tried(stage, GOOD_PASSWORD, `10.0.${i}.1`), "in");
    for (let i = 0; i < 30; i++) assert.equal(await tried(stage, "wrong", `10.1.${i}.1`), "SG1037");
  });
});

Deno.test("SignIn: a catalog that fails is no failed try", async () => {
  await withAnn(async (stage) => {
    await stage.catalog[Symbol.asyncDispose]();
    for (let i = 0; i < 20; i++) assert.equal(await tried(stage, GOOD_PASSWORD), "SG1034");
  });
});
