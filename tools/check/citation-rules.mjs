// What counts as a citation, and what it must resolve to. `danglingIn` says, for one file, which citations lead
// nowhere and what to write instead; tools/check/citations.mjs runs it over the tree.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FACTS = 'docs/reference/protocol-facts.md';

const read = (path) => readFileSync(join(root, path), 'utf8');
const headingsOf = (text) => {
  const headings = [];
  let fenced = false;
  for (const line of text.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? null : /^#{1,6} +(.*?)\s*$/.exec(line);
    if (heading) headings.push(heading[1]);
  }
  return headings;
};

/** The number that each numbered heading begins with: "1.2" of "### 1.2 User-restricted flow". */
const sectionsOf = (path) =>
  new Set(headingsOf(read(path)).flatMap((heading) => /^(\d+(?:\.\d+)*)\.? /.exec(heading)?.[1] ?? []));

/** The ids in the first column of a page's tables: F10, K2, U6. */
const rowsOf = (path) => [...read(path).matchAll(/^\| *([A-Z]\d{1,2}[a-d]?) *\|/gm)].map(([, id]) => id);

/** Anchors as GitHub makes them from headings. */
function anchorsOf(path) {
  const anchors = new Set();
  for (const heading of headingsOf(read(path))) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${String(n)}`;
    anchors.add(anchor);
  }
  return anchors;
}

const laws = sectionsOf('docs/laws.md');
const decisions = new Set(
  readdirSync(join(root, 'docs/adr')).flatMap((name) => /^(\d{4})-/.exec(name)?.[1].replace(/^0+/, '') ?? []),
);
const rows = {
  F: new Set(rowsOf('docs/reference/faults.md')),
  U: new Set(rowsOf(FACTS)),
  threat: new Set(rowsOf('docs/reference/threats.md')),
};
const rowSet = (id) => (id[0] === 'F' || id[0] === 'S' ? rows.F : id[0] === 'U' ? rows.U : rows.threat);
const pageOf = (id) =>
  ({ F: 'docs/reference/faults.md', S: 'docs/reference/faults.md', U: `${FACTS} §12` })[id[0]] ??
  'docs/reference/threats.md';

const LIST = String.raw`(?:(?:, | and | or | to |–)(?:[A-Z]?\d{1,3}[a-d]?))*`;
const NUMBERS = /[A-Z]?\d{1,3}[a-d]?/g;
const CITED = [
  [
    new RegExp(String.raw`\b([Ll]aw)s? (\d{1,2}${LIST})`, 'g'),
    (id) => laws.has(id),
    'laws are in docs/laws.md',
  ],
  [
    new RegExp(String.raw`\b(ADR)s? 0*(\d{1,3}${LIST})`, 'g'),
    (id) => decisions.has(id),
    'ADRs are in docs/adr/',
  ],
  [
    new RegExp(String.raw`\b([Ff]ault|[Tt]hreat|[Ff]act|[Pp]roof)s? ([A-Z]\d{1,2}[a-d]?${LIST})`, 'g'),
    (id) => rowSet(id).has(id),
    null,
  ],
];

/** Forms that name a document nobody can open from here. */
const UNRESOLVABLE = [
  [/\bdesign(?:\.md\b| ?§)/, 'write "law 4", "ADR 12" or the page in docs/ that says it'],
  [/\b(?:upstream-facts|supplier-pains)\b/, `write "fact U6", or ${FACTS} with its section`],
  [/\b(?:ERS|IDS):\w/, `write ${FACTS} with its section`],
];
/** Outside docs/ a page of docs/reference/ is named by its whole path. */
const BARE_PAGES = /(?<![\w/-])(?:protocol-facts|faults\.md|threats\.md|interactions\.json)/;

const EXTERNAL = String.raw`RFC \d+|OpenID Connect [A-Z][\w-]*(?: [\w-]+)?(?: [\d.]+)?|NIST SP [\w-]+`;
const SECTION = new RegExp(
  String.raw`((?:docs/[\w/-]+\.md|${EXTERNAL})[:,]? )?(§\d+(?:\.\d+)*(?:(?:, | and | to )§?\d+(?:\.\d+)*)*)( of that page)?`,
  'g',
);
const DOCS_PATH = /(?<![\w./@-])docs\/[\w/-]+(?:\.\w+)*(?:#[\w-]+)?/g;
const REPOSITORY_PATH = /^(?:apps|libs|test|tools|infra|prisma|docs|\.ci)\/[\w./-]+$/;

/** What a build writes is not there in every checkout. */
const BUILT = /\/(?:dist|\.astro)(?:\/|$)/;
const isThere = (path) => BUILT.test(path) || existsSync(join(root, path));

const isMarkdown = (path) => path.endsWith('.md');
const isReference = (path) => path.startsWith('docs/reference/');

/** @returns {{ line: number, message: string }[]} the citations in `text` that lead nowhere */
export function danglingIn(path, text) {
  const findings = [];
  let fenced = false;
  const lines = text.split('\n');
  lines.forEach((line, index) => {
    if (isMarkdown(path) && /^\s*(```|~~~)/.test(line)) fenced = !fenced;
    // One for a line: most slips break several rules at once.
    const add = (message) => {
      if (findings.at(-1)?.line !== index + 1) findings.push({ line: index + 1, message });
    };
    const prose = isMarkdown(path) ? (fenced ? '' : line) : line;
    if (isMarkdown(path) && !fenced) links(path, prose, add);
    ids(path, prose, add);
    pages(path, prose, add);
    sections(path, prose, lines[index - 1] ?? '', add);
  });
  return findings;
}

function links(path, line, add) {
  const withoutCode = line.replace(/`[^`]*`/g, (code) => ' '.repeat(code.length));
  for (const [, target] of withoutCode.matchAll(/\]\(<?([^)\s>]+)>?\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file, anchor] = target.split('#');
    const at = file === '' ? path : normalize(join(dirname(path), file));
    resolveFile(at, anchor, `the link to ${target}`, add);
  }
  for (const [, code] of line.matchAll(/`([^`]+)`/g)) {
    if (REPOSITORY_PATH.test(code) && !isThere(code)) {
      add(`there is no ${code}: name the file where it is now`);
    }
  }
}

function resolveFile(file, anchor, what, add) {
  if (!isThere(file)) add(`${what} leads nowhere: there is no ${file}`);
  else if (anchor && file.endsWith('.md') && !anchorsOf(file).has(anchor)) {
    add(`${what} leads nowhere: ${file} has no heading #${anchor}`);
  }
}

function ids(path, line, add) {
  for (const [pattern, exists, where] of CITED) {
    for (const [, word, list] of line.matchAll(pattern)) {
      for (const [id] of list.matchAll(NUMBERS)) {
        const number = id.replace(/^0+/, '');
        if (!exists(number))
          add(`there is no ${word} ${id}: ${where ?? `it would be a row of ${pageOf(id)}`}`);
      }
    }
  }
  if (isMarkdown(path)) return;
  // Rows that a comment or the title of a test names without the word before them.
  const comment = /(?:^|\s)\/\/(.*)$|^\s*\/?\*+(.*)$/.exec(line);
  const titles = [...line.matchAll(/['"`(]([FU]\d{1,2}[a-d]?)(?=[:,)] ?)/g)].map(([, id]) => id);
  const named = [...(comment?.[0] ?? '').matchAll(/\b[FU]\d{1,2}[a-d]?\b/g)].map(([id]) => id);
  for (const id of new Set([...titles, ...named])) {
    if (!rowSet(id).has(id)) add(`there is no ${id}: it would be a row of ${pageOf(id)}`);
  }
  if (comment && /\bL\d\b/.test(comment[0])) add('laws are cited as "law 4" (docs/laws.md)');
}

function pages(path, line, add) {
  for (const [pattern, instead] of UNRESOLVABLE) {
    const cited = pattern.exec(line);
    if (cited) add(`"${cited[0]}" is in no file of this repository: ${instead}`);
  }
  const bare = isMarkdown(path) ? null : BARE_PAGES.exec(line);
  if (bare)
    add(`"${bare[0]}" without its place: write docs/reference/${bare[0].replace(/facts$/, 'facts.md')}`);
  for (const [cited] of line.matchAll(DOCS_PATH)) {
    const [file, anchor] = cited.replace(/\.$/, '').split('#');
    resolveFile(file, anchor, cited, add);
  }
}

function sections(path, line, before, add) {
  // The page may be named at the end of the previous line.
  const tail = /((?:docs\/[\w/-]+\.md|RFC \d+|OpenID Connect [\w. -]+?)[:,]?)(?: \*\/)?\s*$/.exec(
    before,
  )?.[1];
  const text = line
    .replace(/\[[^\]]*\]\(/g, '(')
    .replace(/^\s*(?:\/\/|\/?\*+|#|--)?\s*(?=§)/, `${tail ?? ''} `);
  for (const [, page, list, elsewhere] of text.matchAll(SECTION)) {
    if (elsewhere !== undefined) continue;
    const file = page?.startsWith('docs/') ? page.replace(/[:,]? $/, '') : null;
    if (page !== undefined && file === null) continue;
    if (file === null && !isReference(path)) {
      add(`${list} of what? Write the page before it, for instance ${FACTS} ${list}`);
      continue;
    }
    const cited = file ?? path;
    if (!existsSync(join(root, cited))) continue;
    for (const [, section] of list.matchAll(/§?(\d+(?:\.\d+)*)/g)) {
      if (!sectionsOf(cited).has(section)) add(`${cited} has no section ${section}`);
    }
  }
}
