import starlight from '@astrojs/starlight';
import { defineConfig, passthroughImageService } from 'astro/config';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import starlightOpenAPI, { openAPISidebarGroups } from 'starlight-openapi';
import { contentSecurityPolicy } from './src/content-security-policy.mjs';
import { addressOf, pageOf } from './src/page.mjs';
import { fileAt, read } from './src/repository.mjs';
import { sidebarOf } from './src/sidebar.mjs';

const link = (path) => ({ label: pageOf(path, read(path), fileAt).title, link: addressOf(path) });

/** A page whose folder has others becomes a group of them, unless it is alone in its group. */
const group = ({ label, pages }) => ({
  label,
  collapsed: true,
  items: pages.flatMap(({ path, below }) => {
    const links = [link(path), ...below.map(link)];
    return below.length === 0 || pages.length === 1
      ? links
      : [{ label: link(path).label, collapsed: true, items: links }];
  }),
});

/** The descriptions of APIs: that of the admin API, which the build writes, and those that are kept in docs/. */
const descriptions = globSync(['openapi/*.json', '../reference/*openapi*.json'], {
  cwd: import.meta.dirname,
});

export default defineConfig({
  root: import.meta.dirname,
  outDir: 'dist',
  trailingSlash: 'always',
  publicDir: '../../apps/console/public/assets',
  // Pictures are as they were taken.
  image: { service: passthroughImageService() },
  integrations: [
    starlight({
      title: 'Gatehouse',
      favicon: '/gate.svg',
      components: { Footer: './src/Footer.astro' },
      locales: { root: { label: 'English', lang: 'en-GB' } },
      pagination: false,
      credits: false,
      customCss: ['./src/site.css'],
      plugins: [
        starlightOpenAPI(
          descriptions.map((schema) => ({
            base: `api/${basename(schema, '.json').replace(/-?openapi-?/, '')}`,
            schema,
            sidebar: { operations: { badges: true } },
            snippets: { operation: false },
          })),
        ),
      ],
      sidebar: [
        { label: 'Gatehouse', link: '/' },
        { label: 'Overview', link: '/docs/' },
        ...sidebarOf(read).map(group),
        ...openAPISidebarGroups,
      ],
    }),
    contentSecurityPolicy(),
  ],
});
