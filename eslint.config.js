import js from '@eslint/js';
import { builtinRules } from 'eslint/use-at-your-own-risk';
import tseslint from 'typescript-eslint';
import { importRules } from './tools/check/import-rules.mjs';

const source = ['apps/*/src/**/*.{ts,tsx}', 'libs/*/src/**/*.ts'];
const specs = ['**/*.spec.ts', '**/*.test.ts', 'test/**/*.ts'];
const tests = [...specs, 'tools/**/*.ts', '*.ts'];

// ESLint keeps only the last options a file gets for one rule; so each row is a rule of its own name.
const restrictedImports = builtinRules.get('no-restricted-imports');
const boundaries = {
  plugins: {
    boundary: { rules: Object.fromEntries(importRules.map((row) => [row.name, restrictedImports])) },
  },
};

const banned = [
  {
    selector: "Property[key.name='rejectUnauthorized'][value.value=false]",
    message: 'TLS certificates are always verified.',
  },
  {
    selector: "Property[key.value='rejectUnauthorized'][value.value=false]",
    message: 'TLS certificates are always verified.',
  },
];
const environmentReads = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message:
      'Settings are read in config/ (gateway), settings.ts (CLI) or main.ts (simulator, demo), nowhere else.',
  },
  {
    selector: "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
    message:
      'Settings are read in config/ (gateway), settings.ts (CLI) or main.ts (simulator, demo), nowhere else.',
  },
];
const dynamicImports = [
  {
    selector: 'ImportExpression',
    message: 'Import statically: the boundary rules read import declarations.',
  },
];

const config = tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/cdk.out/**',
      '**/node_modules/**',
      '.nx/**',
      'docs/site/.astro/**',
      '.gatehouse/**',
      'coverage/**',
      'libs/db/src/generated/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'console',
          'process',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'setImmediate',
          'URL',
          'URLSearchParams',
          'fetch',
          'Buffer',
          'AbortSignal',
          'AbortController',
          'WebAssembly',
          'TextDecoder',
          'TextEncoder',
          'performance',
          'structuredClone',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-control-regex': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-param-reassign': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', ...banned],
    },
  },
  {
    files: source,
    ignores: specs,
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...banned, ...environmentReads, ...dynamicImports],
    },
  },
  {
    files: [
      'apps/gateway/src/config/config.ts',
      'apps/cli/src/settings.ts',
      'apps/{demo,simulator}/src/main.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...banned, ...dynamicImports] },
  },
  {
    // Pages and charts are loaded when they are first opened.
    files: [
      'apps/console/src/pages.tsx',
      'apps/console/src/{at-once,audit/explorer,dashboard,dashboard/traffic,layout,own-work,palette,parts/form/suggest,parts/list,session,wall}/lazy-*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...banned, ...environmentReads] },
  },
  { files: ['apps/{cli,demo,simulator}/src/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Nest's modules are classes whose decorators say everything.
    files: ['apps/gateway/src/**/*.module.ts'],
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  { files: tests, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    // A template or manifest is JSON of a shape that only CloudFormation or Kubernetes knows.
    files: ['infra/*/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  boundaries,
  ...importRules.map((row) => ({
    files: row.files,
    ...(row.except === undefined ? {} : { ignores: row.except }),
    rules: { [`boundary/${row.name}`]: ['error', { patterns: [{ regex: row.forbid, message: row.why }] }] },
  })),
);

export default config;
