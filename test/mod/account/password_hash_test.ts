// Copyright the SpareGrid authors. Apache-2.0.
import assert from "node:assert/strict";
import { systemRandom } from "../../../mod/base/mod.ts";
import { acceptablePassword, PasswordHasher } from "../../../mod/account/mod.ts";
import { isSgError } from "../../../mod/errors/mod.ts";
import { QUICK } from "../../kit/account_stage.ts";

const tooCommon = (error: unknown) => isSgError(error, "SG1040") && error.message.includes("commonest");

const GOOD = [
  "gull lantern orbit quartz",
  "kX9#vQ2mLp7!",
  "aaaaaaaaaaab1c", // ugly, but no rule of composition stands against it
  "mein hund frisst socken",
  "пароль из двенадцати",
  "十二文字以上の長いパスワード",
  "😀😁😂🤣😃😄😅😆😉😊😋😎",
  "correcthorsebatterystaple weather",
  " spaces at both ends ",
  "#]{;~*<^&?|%",
  "x7".repeat(5) + "q9-long enough",
  ...[128, 1_024].map((length) =>
    Array.from({ length }, (_, i) => "kq7zv"[(i * i + (i >> 3) * 3) % 5]).join("")
  ),
];
const COMMON = [
  ...[
    "password1234",
    "Password1234!",
    "P@ssw0rd2024",
    "passwordpassword",
    "qwertyuiop123",
    "123456789012",
    "qwerty123456",
  ],
  ...[
    "iloveyou1234",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "abcdefghijkl",
    "letmein12345",
    "administrator",
    "adminadmin123",
  ],
  ...[
    "1q2w3e4r5t6y",
    "zaq12wsxcde3",
    "welcome-2024!",
    "Summer2024!!!",
    "monkeydragon1",
    "111122223333",
    "sparegrid2026",
  ],
  ...[
    "trustno1trustno1",
    "superman1234",
    "!!!!password!!!!",
    "changeme.changeme",
    "12341234123412",
    "PASSWORD PASSWORD",
  ],
  ...[
    "asdfghjkl;123",
    "1qaz2wsx3edc",
    "987654321098",
    "backup.backup",
    "correcthorse",
    "1".repeat(90),
    "secret$$secret",
  ],
];

Deno.test("acceptablePassword: from 12 characters on, of any kind, up to 1,024 [W4]", () => {
  for (const password of GOOD) assert.equal(acceptablePassword(password), password);
  assert.equal(acceptablePassword("e\u0301te\u0301 inoubliable"), "\u00e9t\u00e9 inoubliable");
  for (const password of ["", "kX9#vQ2mLp7", "😀".repeat(11), "é".normalize("NFD").repeat(11)]) {
    assert.throws(
      () => acceptablePassword(password),
      (error) => isSgError(error, "SG1040") && error.message.includes("fewer"),
    );
  }
  for (const length of [1_025, 1e7]) {
    assert.throws(() => acceptablePassword("kX9#v".repeat(length).slice(0, length)), { code: "SG1040" });
  }
});

Deno.test("acceptablePassword: the commonest are refused, however they are spelt [W4]", () => {
  for (const password of COMMON) assert.throws(() => acceptablePassword(password), tooCommon, password);
});

Deno.test("acceptablePassword: a name of one's own and a number are not enough [W4]", () => {
  assert.throws(() => acceptablePassword("guillermo.1987", ["Guillermo"]), tooCommon);
  assert.equal(acceptablePassword("guillermo.1987"), "guillermo.1987");
});

Deno.test("PasswordHasher: a hash says how it was made, differs each time, and fits its password only", async () => {
  const hasher = new PasswordHasher(systemRandom, QUICK);
  const [one, two] = [await hasher.hash(GOOD[0]!), await hasher.hash(GOOD[0]!)];
  assert.match(one, /^scrypt\$16\$1\$1\$[A-Za-z0-9_-]{22}\$[A-Za-z0-9_-]{43}$/);
  assert.notEqual(one, two);
  assert.ok(await hasher.verify(GOOD[0]!, one) && await hasher.verify(GOOD[0]!, two));
  for (const other of ["", "Gull lantern orbit quartz", `${GOOD[0]} `, "x".repeat(1e6)]) {
    assert.ok(!await hasher.verify(other, one));
  }
  assert.ok(!await hasher.verify("", hasher.decoy));
});

Deno.test("PasswordHasher: as RFC 7914 says, by parameters of any make", async () => {
  const hasher = new PasswordHasher(systemRandom);
  const salt = new TextEncoder().encode("sixteen bytes ok");
  const { scryptSync } = await import("node:crypto");
  const digest = new Uint8Array(scryptSync("pässword", salt, 32, { N: 1_024, r: 4, p: 2 }));
  const text = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const hash = `scrypt$1024$4$2$${text(salt)}$${text(digest)}`;
  assert.ok(await hasher.verify("pässword", hash));
  assert.ok(!hasher.isCurrent(hash));
  assert.ok(hasher.isCurrent(hasher.decoy));
});

Deno.test("PasswordHasher: a damaged hash fits no password, and costs no more than another", async () => {
  const hasher = new PasswordHasher(systemRandom, QUICK);
  for (
    const hash of [
      "",
      "scrypt$16$1$1$x$y",
      "plain text",
      "scrypt$99999999999$1$1$" + "A".repeat(22) + "$" + "A".repeat(43),
    ]
  ) {
    assert.ok(!await hasher.verify("plain text", hash));
  }
  const costly = `scrypt$1073741824$8$1$${"A".repeat(22)}$${"A".repeat(43)}`;
  await assert.rejects(hasher.verify("x", costly), { code: "SG1017" });
});

Deno.test("PasswordHasher: 64 wait at most; who comes then is told to come again [W5]", async () => {
  const hasher = new PasswordHasher(systemRandom, { N: 1_024, r: 8, p: 1 });
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => hasher.verify("x", hasher.decoy)),
  );
  const refused = results.filter((result) => result.status === "rejected");
  assert.deepEqual(refused.map(({ reason }) => reason.code), new Array(36).fill("SG1039"));
  assert.ok(!await hasher.verify("x", hasher.decoy));
});

Deno.test("PasswordHasher: a flood of strangers does not hold up who is known [W5]", async () => {
  const hasher = new PasswordHasher(systemRandom, { N: 1_024, r: 8, p: 1 });
  let answered = 0;
  const flood = Array.from({ length: 64 }, () => hasher.verify("x", hasher.decoy).then(() => answered++));
  await hasher.verify("x", hasher.decoy, "known");
  assert.ok(answered < 5, `${answered} strangers came first`);
  await Promise.all(flood);
});
