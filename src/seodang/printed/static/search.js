// Search in the browser: library/search.py, translated; a test asks both the same and wants the same answers. What the weights
// and thresholds mean stands there.
"use strict";
const K1 = 1.2, B = 0.3, WORDED = 3, LISTED = 0.5, LEAST_FOUND = 0.35, LEAST_TOGETHER = 0.37, SCATTERED = 0.5, TELLING = 14, NAMED = 3, LIKE = 0.4, FEW = 50, MOST_QUERY = 200;
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const CONSONANTS = /[ㄱ-ㅎ]{2,}/g;
const LATIN = /[a-z0-9]+/g;
const RUNS = /([가-힣]+(?:\s+[가-힣]+)*)|([a-z0-9]+|[\ue030-\ue07a]+)/g;
const WORD = "[\\p{L}\\p{N}_]";
const ASKING = new RegExp(
  `(?<!${WORD})(?:a|an|are|can|difference|do|does|explain|how|in|instead|is|it|of|the|to|use|used|we|what|when|which|why|with)(?!${WORD})` +
    "|왜(?=\\s|$)|(?<!\\S)(?:무엇|뭐|뭔|어떻게|어떤|언제)\\S*|(?:쓰나요|써요|쓰죠|인가요|하나요|할까요?|일까요?)" + `(?!${WORD})`,
  "gu",
);

const normal = (text) => text.normalize("NFC").toLowerCase().replace(/[_-]/g, " ").replaceAll("×", "x");

// The grams of each word in their order; those of a Korean word run on into the next.
const wordsOf = (text) => {
  const words = [];
  for (const [, hangul, latin] of text.matchAll(RUNS)) {
    const letters = latin ? `^${latin}$` : hangul.replace(/\s+/g, "").normalize("NFD");
    const all = [];
    for (let start = 0; start < Math.max(letters.length - 2, 1); start++) all.push(letters.slice(start, start + 3));
    if (latin) words.push(all);
    else
      hangul.split(/\s+/).reduce((start, word) => {
        const end = start + word.normalize("NFD").length;
        words.push(all.slice(start, end));
        return end;
      }, 0);
  }
  return words;
};
const grams = (text) => new Set(wordsOf(text).flat());

const initialConsonants = (text) =>
  [...text]
    .map((letter) => {
      const place = letter.charCodeAt(0) - 0xac00;
      return place >= 0 && letter <= "힣" ? INITIALS[Math.floor(place / 588)] : /\s/.test(letter) ? " " : "|";
    })
    .join("");

const shared = (one, other) => {
  let n = 0;
  for (const each of one) n += other.has(each);
  return n;
};

const indexed = (answers, called) => {
  const postings = new Map(), words = new Map(), lengths = [];
  const texts = answers.map((answer) => answer.texts.map(([text, weight]) => ({ text, weight, grams: grams(text), initials: initialConsonants(text) })));
  texts.forEach((those, position) => {
    const weights = new Map();
    for (const { text, weight, grams } of those) {
      for (const gram of grams) weights.set(gram, (weights.get(gram) ?? 0) + weight);
      for (const [word] of text.matchAll(LATIN)) words.set(word[0], (words.get(word[0]) ?? new Set()).add(word));
    }
    for (const [gram, weight] of weights) postings.set(gram, (postings.get(gram) ?? new Map()).set(position, weight));
    lengths.push([...weights.values()].reduce((sum, weight) => sum + weight, 0));
  });
  const names = new Map();
  for (const name of called) {
    const short = name.replace(/\s+/g, "");
    if (!names.has(short)) names.set(short, name);
  }
  return { answers, texts, postings, lengths, words, names, mean: lengths.reduce((sum, each) => sum + each, 0) / Math.max(lengths.length, 1) };
};

const rarity = (index, count) => Math.log(1 + (Math.max(index.answers.length, FEW) - count + 0.5) / (count + 0.5));
const mass = (index, wanted) => [...wanted].reduce((sum, gram) => sum + rarity(index, index.postings.get(gram)?.size ?? 0), 0);
const both = (one, other) => [...one].filter((each) => other.has(each));

// Whether one letter is too many, too few or swapped with its neighbour, or in a long word wrong.
const misspelt = (word, other) => {
  const least = Math.min(word.length, other.length);
  if (least < 5 || Math.abs(word.length - other.length) > 1) return false;
  let same = 0;
  while (same < least && word[same] === other[same]) same++;
  const mine = word.slice(same), theirs = other.slice(same);
  const swapped = mine.slice(0, 2) === [...theirs.slice(0, 2)].reverse().join("") && mine.slice(2) === theirs.slice(2);
  const wrong = mine.slice(1) === theirs.slice(1) && word.length > 6;
  return swapped || wrong || mine.slice(1) === theirs || mine === theirs.slice(1);
};

// The grams of each name of the dictionary that a word of the query begins with, the longest of each word.
const named = (index, query) => {
  const letters = query.replace(/\s+/g, "");
  const found = [];
  let place = 0;
  for (const word of query.split(/\s+/).filter(Boolean)) {
    const rest = letters.slice(place);
    place += word.length;
    let longest = "";
    for (const short of index.names.keys()) {
      const goesOn = /[a-z0-9]$/.test(short) && /[a-z0-9]/.test(rest[short.length] ?? "");
      if (short.length > longest.length && rest.startsWith(short) && !goesOn) longest = short;
    }
    if (longest) found.push(grams(index.names.get(longest)));
  }
  return found;
};

// A Latin word, spelt right; or in letters of no text if no word of the book is like it.
const known = (index, word) => {
  const others = index.words.get(word[0]) ?? new Set();
  if (others.has(word)) return word;
  const meant = [...others].filter((other) => misspelt(word, other)).sort();
  if (meant.length) return meant[0];
  const mine = grams(word);
  for (const other of others) {
    const theirs = grams(other);
    if (2 * shared(mine, theirs) >= LIKE * (mine.size + theirs.size)) return word;
  }
  return [...word].map((letter) => String.fromCharCode(0xe000 + letter.charCodeAt(0))).join("");
};

// The answers that have a telling part of a word, in whatever texts.
const told = (index, words, rarities) => {
  const found = new Set();
  for (const word of words) {
    let have = null, begun = 0;
    for (const gram of word) {
      const posting = [...(index.postings.get(gram) ?? new Map()).keys()];
      have = have === null ? new Set(posting) : new Set(posting.filter((position) => have.has(position)));
      begun += rarities.get(gram);
      if (begun >= TELLING || !have.size) {
        for (const position of have) found.add(position);
        break;
      }
    }
  }
  return found;
};

// The most of the words, by the rarity of their grams, that one text of the answer has; and the most of one word.
const together = (index, words, rarities, position) => {
  let most = 0, longest = 0;
  for (const text of index.texts[position]) {
    let sum = 0;
    for (const word of words) {
      let begun = 0, scattered = 0, unbroken = true;
      for (const gram of word) {
        const there = text.grams.has(gram);
        unbroken &&= there;
        if (unbroken) begun += rarities.get(gram);
        if (there) scattered += rarities.get(gram);
      }
      longest = Math.max(longest, begun);
      sum += Math.max(begun, SCATTERED * scattered);
    }
    most = Math.max(most, sum);
  }
  return [most, longest];
};

const byGrams = (index, wanted) => {
  const scores = new Map(), found = new Map();
  for (const gram of wanted) {
    const posting = index.postings.get(gram) ?? new Map();
    for (const [position, weight] of posting) {
      const long = K1 * (1 - B + (B * index.lengths[position]) / index.mean);
      scores.set(position, (scores.get(position) ?? 0) + (rarity(index, posting.size) * weight * (K1 + 1)) / (weight + long));
      found.set(position, (found.get(position) ?? 0) + 1);
    }
  }
  return new Map([...scores].map(([position, score]) => [position, (score * found.get(position)) / wanted.size]));
};

// The answers that the query can mean: those in which enough of it stands, or a telling word, or a name.
const meant = (index, scores, words, names) => {
  const rarities = new Map(words.flat().map((gram) => [gram, rarity(index, index.postings.get(gram)?.size ?? 0)]));
  const rare = LEAST_TOGETHER * [...rarities.values()].reduce((sum, each) => sum + each, 0);
  const counts = new Map();
  for (const gram of rarities.keys())
    for (const position of index.postings.get(gram)?.keys() ?? []) counts.set(position, (counts.get(position) ?? 0) + 1);
  const likely = told(index, words, rarities);
  for (const [position, count] of counts) if (count >= LEAST_FOUND * rarities.size) likely.add(position);
  for (const name of names) {
    const [first, ...others] = [...name].map((gram) => index.postings.get(gram) ?? new Map());
    for (const position of first.keys()) if (others.every((posting) => posting.has(position))) likely.add(position);
  }
  const kept = new Map();
  for (const position of likely) {
    if (!scores.has(position)) continue;
    const [most, longest] = together(index, words, rarities, position);
    const naming = names.some((name) => index.texts[position].some((text) => [...name].every((gram) => text.grams.has(gram))));
    if (most >= rare || longest >= TELLING || naming) kept.set(position, scores.get(position));
  }
  return kept;
};

const wording = (index, query, position) => {
  const size = mass(index, query);
  const near = index.texts[position].filter(({ weight }) => weight > LISTED).map(({ grams }) => {
    const sizes = size + mass(index, grams);
    return sizes ? (2 * mass(index, both(query, grams))) / sizes : 0;
  });
  return Math.max(0, ...near);
};

const byInitials = (index, run) => {
  const spaced = new RegExp(`(?:^| )${[...run].join(" ?")}`), unbroken = new RegExp(`(?:^| )${run}`);
  const found = new Map();
  index.texts.forEach((those, position) => {
    const weight = Math.max(0, ...those.filter(({ initials, weight }) => (weight >= NAMED ? spaced : unbroken).test(initials)).map(({ weight }) => weight));
    if (weight) found.set(position, weight);
  });
  const rare = rarity(index, found.size);
  return new Map([...found].map(([position, weight]) => [position, run.length * rare * weight]));
};

const ask = (index, asked, limit = 8) => {
  const query = normal(asked.slice(0, MOST_QUERY));
  const runs = query.match(CONSONANTS) ?? [];
  const rest = query.replace(CONSONANTS, " ").replace(LATIN, (word) => known(index, word));
  const whole = grams(rest), bare = wordsOf(rest.replace(ASKING, " "));
  const words = bare.length ? bare : wordsOf(rest);
  const wanted = new Set(words.flat().sort());
  let scores = wanted.size ? byGrams(index, wanted) : new Map();
  if (!runs.length) scores = meant(index, scores, words, named(index, rest));
  scores = new Map([...scores].map(([position, score]) => [position, score * (1 + WORDED * wording(index, whole, position))]));
  for (const run of runs) {
    const found = byInitials(index, run);
    scores = new Map([...found].filter(([position]) => !wanted.size || scores.has(position)).map(([position, score]) => [position, score + (scores.get(position) ?? 0)]));
  }
  const best = new Map();
  for (const [position] of [...scores].sort(([one, mine], [other, theirs]) => theirs - mine || one - other)) {
    const answer = index.answers[position];
    if (!best.has(answer.slug)) best.set(answer.slug, answer);
  }
  return [...best.values()].slice(0, limit);
};

let index;
const search = (asked, limit) => ask((index ??= indexed(window.answers, window.names)), asked, limit);

const field = document.querySelector("input[data-root]");
if (field) {
  const list = document.getElementById("found"), language = document.documentElement.lang;
  const link = (answer) => {
    const a = document.createElement("a");
    a.href = `${field.dataset.root}${language}/questions/${answer.slug}.html${answer.heading ? `#${answer.heading}` : ""}`;
    a.textContent = answer.title[language];
    const li = document.createElement("li");
    li.append(a);
    return li;
  };
  field.addEventListener("input", () => {
    list.replaceChildren();
    if (!field.value.trim()) return;
    const found = search(field.value, 6);
    const shown = document.createElement(found.length ? "ol" : "p");
    if (found.length) shown.append(...found.map(link));
    else shown.textContent = field.dataset.nothing;
    list.append(shown);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    field.focus();
  });
}
// A heading that is led to may lie behind the curtain of the answer.
const reveal = () => {
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const curtain = wanted?.closest("details");
  if (curtain && !curtain.open) {
    curtain.open = true;
    wanted.scrollIntoView();
  }
};
window.addEventListener("hashchange", reveal);
reveal();
