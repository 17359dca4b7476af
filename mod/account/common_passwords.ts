// Copyright the SpareGrid authors. Apache-2.0.

/** What stands for a letter, for those who think it helps; `l` and `i` are told apart by nobody. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  ...{
    "0": "o",
    "1": "i",
    l: "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "@": "a",
    $: "s",
    "!": "i",
  },
};

function folded(text: string): string {
  return text.replace(/[0134578l@$!]/g, (sign) => STANDS_FOR[sign]!);
}

/** Words that the commonest passwords are made of, and those that this program itself suggests. */
const WORDS = new Set(
  folded(
    `password passwort passwd pass word admin administrator root user login logon welcome willkommen letmein iloveyou
  love you monkey dragon football baseball basketball soccer hockey tennis superman batman spiderman sunshine princess
  master shadow michael jordan jennifer jessica ashley daniel charlie thomas robert andrew matthew joshua george nicole
  michelle amanda anthony william jonathan alexander christopher trustno trust starwars star wars pokemon computer
  internet service server system secret access hello world test testing tester temp temporary changeme change me please
  default guest demo example company office work home summer winter spring autumn fall january february march april may
  june july august september october november december monday tuesday wednesday thursday friday saturday sunday freedom
  whatever cheese cookie killer hunter ranger tigger buster pepper ginger maggie flower purple orange yellow green blue
  black white banana chocolate samsung google facebook linkedin yahoo microsoft windows apple android iphone liverpool
  chelsea arsenal barcelona madrid manchester united mustang ferrari porsche mercedes corvette harley phoenix diamond
  silver golden gold angel angels baby babygirl lovely lover forever friends friend family mother father brother sister
  jesus christ god bless heaven lucky happy birthday money power magic matrix my is the this that and secure security
  sparegrid storegrid backup restore storage data database correct horse battery staple not new old one two three first
  super mega ultra cool hot big boss king queen prince hacker ninja pirate tiger lion wolf eagle snoopy garfield mickey
  disney london paris berlin america england germany india china canada texas florida california newyork qwertz azerty
  quer qwer asdf zxcv yxcv`,
  ).split(/\s+/),
);
const WORD_LENGTH_MAX = 14;
/** Rows and columns of keyboards, the alphabet, digits. */
const WALKS = [
  ...[
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1234567890",
    "0123456789",
  ],
  ...[
    "abcdefghijklmnopqrstuvwxyz",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp",
  ],
  ...[
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "zaq12wsxcde34rfv",
    "a1b2c3d4e5f6g7h8i9",
    "1a2b3c4d5e6f7g8h9i",
    "!@#$%^&*()",
  ],
].flatMap((walk) => [walk, [...walk].reverse().join("")]);
/** A password of at most this many pieces is one of those that are tried first. */
const PIECES_MAX = 3;
const SIGNS = /[^\p{L}\p{N}]/gu;
/** Looking further would find pieces no more. */
const LENGTH_MAX = PIECES_MAX * 30;

/**
 * True for the passwords that guessers try first and that are long enough to pass otherwise: at most three of the commonest
 * words, numbers, rows of the keyboard and `own` names, in any case and with any signs between; and one short piece again
 * and again. Lists of leaked passwords are of that make from twelve characters on.
 */
export function isCommonPassword(password: string, own: readonly string[] = []): boolean {
  const text = password.toLowerCase();
  if (isRepeated(text)) return true;
  const half = text.slice(0, text.length / 2);
  if (text.length > 2 && text === half + half) return isCommonPassword(half, own);
  if (text.length > LENGTH_MAX) return false;
  const names = own.map((name) => name.toLowerCase()).filter((name) => name.length >= 3);
  // Signs between pieces add nothing, unless there are so many that they are the password.
  const signsAreFree = (text.match(SIGNS)?.length ?? 0) * 2 <= [...text].length;
  // pieces[i]: the least number of pieces that text[0..i] can be made of.
  const pieces = new Array<number>(text.length + 1).fill(Infinity);
  pieces[0] = 0;
  for (let at = 0; at < text.length; at++) {
    if (pieces[at]! > PIECES_MAX) continue;
    const reach = (end: number, cost: number) => pieces[end] = Math.min(pieces[end]!, pieces[at]! + cost);
    if (signsAreFree && text[at]!.search(SIGNS) === 0) reach(at + 1, 0);
    for (const end of pieceEnds(text, at, names)) reach(end, 1);
  }
  return pieces[text.length]! <= PIECES_MAX;
}

/** A unit of at most six characters, three times and more. */
function isRepeated(text: string): boolean {
  for (let unit = 1; unit <= 6 && unit * 3 <= text.length; unit++) {
    if (text === text.slice(0, unit).repeat(Math.ceil(text.length / unit)).slice(0, text.length)) return true;
  }
  return false;
}

/** Where pieces that begin at `at` end. */
function* pieceEnds(text: string, at: number, names: readonly string[]): Generator<number> {
  for (let end = at + 2; end <= Math.min(text.length, at + WORD_LENGTH_MAX); end++) {
    if (WORDS.has(folded(text.slice(at, end)))) yield end;
  }
  for (const name of names) if (text.startsWith(name, at)) yield at + name.length;
  // A year, a day or another short number; a run of one sign; a way over the keyboard.
  const digits = /^\d{1,4}/.exec(text.slice(at, at + 4))?.[0].length ?? 0;
  for (let length = 1; length <= digits; length++) yield at + length;
  for (let end = at + 2; text[end - 1] === text[at]; end++) yield end;
  for (const walk of WALKS) {
    let length = 2;
    while (at + length < text.length && walk.includes(text.slice(at, at + length + 1))) length++;
    for (let end = at + 3; end <= at + length; end++) if (walk.includes(text.slice(at, end))) yield end;
  }
}
