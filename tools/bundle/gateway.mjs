// Bundles the gateway's program, so that a start takes less processor time: Node loads some 20 files instead of 2,000. It
// does so twice, because the admin listener has a thread of its own (ADR 61). What reads files beside itself, or is compiled,
// stays in node_modules.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { writeBundledPackages } from './packages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const gateway = join(root, 'apps/gateway');

/** Loaded from node_modules: each has files that it finds by its own path, or test hooks that must exist once. */
const LEFT_ALONE = [
  '#hooks',
  '@gatehouse/db',
  '@aws-sdk/client-kms',
  '@aws-sdk/client-s3',
  'dejavu-fonts-ttf',
  'msgpackr',
  'pdfkit',
  'pg',
  'pino',
  'piscina',
];
/** Nest looks for these, and goes on without them. */
const ABSENT = ['@nestjs/microservices', '@nestjs/websockets', 'class-transformer', 'class-validator'];

const bundle = await rolldown({
  cwd: gateway,
  platform: 'node',
  input: {
    main: 'src/main.ts',
    'admin-main': 'src/process/admin-main.ts',
    'seal-worker': 'src/adapters/audit/subjects/seal-worker.ts',
    'log-worker': 'src/adapters/signatures/log-worker.ts',
  },
  external: [...LEFT_ALONE, ...ABSENT].map((name) => new RegExp(`^${name}(/|$)`)),
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  tsconfig: 'tsconfig.json',
});
// Two folders deep in dist/: a module that looks for the console's files finds them from there as from its own place.
const { output } = await bundle.write({
  dir: 'dist/bundle/program',
  sourcemap: true,
  sourcemapExcludeSources: true,
  cleanDir: true,
  chunkFileNames: '[name]-[hash].js',
});
await bundle.close();

writeBundledPackages(join(gateway, 'dist/bundle/packages.json'), output, root);
