/** Gives Astro the README, every page of docs/, and each file of the repository that these link to. */
import { idOf, pageOf } from './page.mjs';
import { docsPages, fileAt, read, sourceOf } from './repository.mjs';

/** @returns {import('astro/loaders').Loader} */
export function repositoryLoader() {
  return {
    name: 'repository',
    async load({ store, parseData, renderMarkdown, generateDigest, config }) {
      store.clear();
      const queue = ['README.md', ...docsPages()];
      for (const path of queue) {
        const page = path.endsWith('.md')
          ? pageOf(path, read(path), fileAt)
          : { title: path, body: sourceOf(path), targets: [] };
        queue.push(...page.targets.filter((target) => !queue.includes(target)));
        const filePath = `../../${path}`;
        const rendered = await renderMarkdown(withDiagrams(page.body), {
          fileURL: new URL(filePath, config.root),
        });
        const id = idOf(path);
        const data = await parseData({
          id,
          data: { title: page.title, editUrl: false, pagefind: path.endsWith('.md') },
        });
        store.set({
          id,
          data,
          body: page.body,
          filePath,
          digest: generateDigest(page.body),
          rendered,
          assetImports: rendered.metadata?.imagePaths,
        });
      }
    },
  };
}

/** Diagrams are drawn by diagrams.js in the browser; until then, and without scripts, their source is shown. */
const withDiagrams = (text) =>
  text.replace(
    /^```mermaid\n([^]*?)^```$/gm,
    (_, source) =>
      `<pre class="diagram" tabindex="0">${source.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`,
  );
