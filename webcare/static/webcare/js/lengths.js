// How long a text is as its platform counts: the rules of conversations/adapters/lengths.py,
// held to the same examples.

const LINK = 23;
const BYTES_A_SIGN = 10;
const ADDRESS = /https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'’”]/giu;
const NAME =
  /(?<![\p{L}\p{N}_@./-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|info|eu|nl|be|de|app|io)(?![\p{L}\p{N}_.@-]*[\p{L}\p{N}_@])(?:\/[^\s<>"]*[^\s<>".,;:!?)\]}'’”])?/giu;
const REMOTE = /(@[A-Za-z0-9_.-]+)@[A-Za-z0-9_.-]*[A-Za-z0-9_]/g;
const LIGHT = [[0, 0x10ff], [0x2000, 0x200d], [0x2010, 0x201f], [0x2032, 0x2037]];
const EXTENDS = /^[\p{M}\u200c\u200d\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]$/u;
const FLAG = /^[\u{1f1e6}-\u{1f1ff}]$/u;
const EMOJI = /[\ufe0f\u20e3\u{1f1e6}-\u{1faff}]/u;

function goesOn(cluster, sign) {
  const last = cluster.at(-1);
  if (last === "\r") return sign === "\n";
  if (FLAG.test(sign)) return cluster.length === 1 && FLAG.test(last);
  if (last === "\u200d" && sign.codePointAt(0) > 0xff) return true;
  return EXTENDS.test(sign);
}

// What a reader sees as one sign each, every one a list of its code points.
export function clusters(text) {
  const found = [];
  for (const sign of text) {
    if (found.length && goesOn(found.at(-1), sign)) found.at(-1).push(sign);
    else found.push([sign]);
  }
  return found;
}

function without(text, pattern) {
  let found = 0;
  const rest = text.replace(pattern, () => (found++, " "));
  return [rest, found];
}

const isLight = (sign) => LIGHT.some(([first, last]) => first <= sign.codePointAt(0) && sign.codePointAt(0) <= last);

function weight(cluster) {
  if (cluster.length > 1 && EMOJI.test(cluster.join(""))) return 2;
  return cluster.reduce((sum, sign) => sum + (isLight(sign) ? 1 : 2), 0);
}

function ofX(text) {
  const [linkless, links] = without(text.normalize("NFC"), ADDRESS);
  const [rest, names] = without(linkless, NAME);
  return clusters(rest).reduce((sum, one) => sum + weight(one), 0) + (LINK - 1) * (links + names);
}

function ofMastodon(text) {
  const [rest, links] = without(text, ADDRESS);
  return clusters(rest.replace(REMOTE, "$1")).length + (LINK - 1) * links;
}

const bytes = (text) => new TextEncoder().encode(text).length;

const RULES = {
  signs: (text) => [...text].length,
  bytes,
  x: ofX,
  mastodon: ofMastodon,
  bluesky: (text) => Math.max(clusters(text).length, Math.ceil(bytes(text) / BYTES_A_SIGN)),
};

export const length = (text, counting) => (RULES[counting] ?? RULES.signs)(text.trim());
