// What must hold for the files of the built site: each link inside it leads to a page and a heading that are there,
// nothing is loaded from another host, and each page has a content security policy.

const ATTRIBUTE = /<([a-z][a-z0-9-]*)\b([^>]*)>/g;
const decoded = (text) =>
  text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#38;', '&').replaceAll('&#x26;', '&');
const attributesOf = (text) =>
  Object.fromEntries(
    [...text.matchAll(/([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)].map(
      ([, name, double, single, bare]) => [name.toLowerCase(), decoded(double ?? single ?? bare)],
    ),
  );
const isForeign = (address) => /^(?:[a-z]+:)?\/\//i.test(address);

/**
 * @param {ReadonlyMap<string, string | null>} files by their path in the site; the text of pages and styles
 * @returns {string[]} one line for each fault
 */
export function faultsOfSite(files) {
  const pages = new Map();
  for (const [path, text] of files) if (path.endsWith('.html')) pages.set(path, partsOf(text));
  return [...files].flatMap(([path, text]) =>
    pages.has(path)
      ? faultsOfPage(path, text, pages, files)
      : path.endsWith('.css')
        ? foreignStyles(path, text)
        : [],
  );
}

/** Links, what is loaded, and the anchors of a page. Scripts are left out: their text looks like tags. */
function partsOf(html) {
  const links = [];
  const loads = [];
  const anchors = new Set(['', '_top']);
  const text = html.replaceAll(/(<script\b[^>]*>)[^]*?<\/script>/g, '$1').replaceAll(/<!--[^]*?-->/g, '');
  for (const [, tag, rest] of text.matchAll(ATTRIBUTE)) {
    const { href, src, srcset, id, rel } = attributesOf(rest);
    if (id !== undefined) anchors.add(id);
    if (tag === 'a' && href !== undefined) links.push(href);
    if (tag === 'link' && href !== undefined && rel !== 'canonical') loads.push(href);
    if (src !== undefined) loads.push(src);
    if (srcset !== undefined) loads.push(...srcset.split(',').map((each) => each.trim().split(' ')[0]));
  }
  return { links, loads, anchors };
}

function faultsOfPage(path, html, pages, files) {
  const { links, loads } = pages.get(path);
  const faults = foreignStyles(path, html);
  if (!/<meta http-equiv="Content-Security-Policy"/i.test(html))
    faults.push(`${path} has no content security policy`);
  for (const address of loads) {
    if (address.startsWith('data:')) continue;
    if (isForeign(address)) faults.push(`${path} loads ${address} from another host`);
    else if (!files.has(fileOf(path, address).file))
      faults.push(`${path} loads ${address}, which is not there`);
  }
  for (const address of links) {
    if (isForeign(address) || /^(?:mailto|tel):/.test(address)) continue;
    const { file, anchor } = fileOf(path, address);
    if (!files.has(file)) faults.push(`${path} links to ${address}, which is not there`);
    else if (pages.get(file)?.anchors.has(anchor) === false)
      faults.push(`${path} links to ${address}: there is no such heading`);
  }
  return faults;
}

/** The file that a browser is given for an address on a page. */
function fileOf(page, address) {
  const { pathname, hash } = new URL(address, `http://site/${page.replace(/index\.html$/, '')}`);
  const path = decodeURIComponent(pathname).slice(1);
  return {
    file: path === '' || path.endsWith('/') ? `${path}index.html` : path,
    anchor: decodeURIComponent(hash.slice(1)),
  };
}

const foreignStyles = (path, text) =>
  [...text.matchAll(/(?:@import\s+|\burl\(\s*)["']?((?:https?:)?\/\/[^"')\s]+)/g)].map(
    ([, address]) => `${path} loads ${address} from another host`,
  );
