// Each workspace declares the packages that it imports, and no others; every version is exact and the same everywhere
// (ADR 8). The check is run on planted faults first, to show that it sees them.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * @typedef {{ name: string, typeOnly: boolean, testOnly: boolean, file: string }} Import
 * @typedef {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string> }} Manifest
 * @typedef {{ folder: string, manifest: Manifest, imports: Import[] }} Workspace
 */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What is run by its path or name, read as types or as a font, or loaded by another package, and imported nowhere. */
const TOOLS = new Set([
  '@typescript/native',
  'oxlint',
  'oxlint-tsgolint',
  'node',
  'nx',
  'simple-git-hooks',
  '@types/node',
  'dejavu-fonts-ttf',
  // By the validator of @cyclonedx/cyclonedx-library.
  'ajv',
  'ajv-formats',
  'ajv-formats-draft2019',
]);
const SHIPPED = /^src\/(?!testing\/)(?!.*\.spec\.tsx?$)/;

/** The package of an import specifier; null for a path, a subpath import or a module of Node. */
const packageOf = (specifier) =>
  /^[./#]/.test(specifier) || isBuiltin(specifier)
    ? null
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');

/** @returns {Import[]} */
function importsOf(folder, file) {
  const text = readFileSync(join(root, folder, file), 'utf8');
  const imports = [];
  const add = (specifier, typeOnly) => {
    const name =
      specifier !== undefined && ts.isStringLiteralLike(specifier) ? packageOf(specifier.text) : null;
    if (name !== null)
      imports.push({ name, typeOnly, testOnly: !SHIPPED.test(file), file: join(folder, file) });
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return imports;
}

/** @returns {Workspace} */
function readWorkspace(folder, patterns) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const files = globSync(patterns, {
    cwd: join(root, folder),
    exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name),
  });
  return { folder, manifest, imports: files.flatMap((file) => importsOf(folder, file)) };
}

/** The peer dependencies of an installed package, which the workspace that uses it has to declare. */
function peersOf(name) {
  const path = join(root, 'node_modules', name, 'package.json');
  return existsSync(path) ? Object.keys(JSON.parse(readFileSync(path, 'utf8')).peerDependencies ?? {}) : [];
}

/** @param {Workspace} workspace */
function undeclared({ folder, manifest, imports }) {
  const { dependencies = {}, devDependencies = {} } = manifest;
  const isDeclared = ({ name, typeOnly, testOnly }) => {
    if (name in dependencies || (folder === '.' && name.startsWith('@gatehouse/'))) return true;
    const types = `@types/${name}` in devDependencies && typeOnly;
    return types || (name in devDependencies && (typeOnly || testOnly));
  };
  return imports
    .filter((each) => !isDeclared(each))
    .map(({ name, file }) => `${file} imports ${name}, which ${folder}/package.json does not declare for it`);
}

/** @param {Workspace} workspace */
function unused({ folder, manifest, imports }) {
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const used = new Set([...imports.map(({ name }) => name), ...declared.flatMap(peersOf), ...TOOLS]);
  return declared
    .filter((name) => !used.has(name) && !used.has(name.replace(/^@types\//, '')))
    .map((name) => `${folder}/package.json declares ${name}, which nothing there imports`);
}

/** @param {Workspace[]} workspaces */
function versionFaults(workspaces) {
  const faults = [];
  const versions = new Map();
  for (const { folder, manifest } of workspaces) {
    const declared = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const [name, version] of declared.filter(([each]) => !each.startsWith('@gatehouse/'))) {
      const other = versions.get(name) ?? { folder, version };
      versions.set(name, other);
      if (!/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version))
        faults.push(`${folder}: ${name} ${version} is not exact`);
      if (version !== other.version) {
        faults.push(`${name} is ${version} in ${folder} and ${other.version} in ${other.folder}`);
      }
    }
  }
  return faults;
}

/** @param {Workspace[]} workspaces */
const faultsOf = (workspaces) => [
  ...workspaces.flatMap(undeclared),
  ...workspaces.flatMap(unused),
  ...versionFaults(workspaces),
];

/** Seven planted faults, one of each kind. */
function assertThatItBites() {
  const use = (name, more) => ({ name, typeOnly: false, testOnly: false, file: 'planted.ts', ...more });
  const planted = [
    {
      folder: 'a',
      manifest: {
        dependencies: { one: '1.0.0', two: '^1.0.0', idle: '1.0.0' },
        devDependencies: { dev: '1.0.0' },
      },
      imports: [
        ...[use('one'), use('two'), use('dev', { testOnly: true }), use('dev', { typeOnly: true })],
        ...[use('dev'), use('absent'), use('absent', { typeOnly: true }), use('absent', { testOnly: true })],
      ],
    },
    { folder: 'b', manifest: { dependencies: { one: '1.0.1' } }, imports: [use('one')] },
  ];
  const count = faultsOf(planted).length;
  if (count !== 7) throw new Error(`The check finds ${String(count)} of the 7 planted faults.`);
}

assertThatItBites();
const workspaces = [
  readWorkspace('.', ['{test,tools}/**/*.{ts,mts,mjs}', '*.{ts,js}']),
  ...globSync('{apps,libs}/*/package.json', { cwd: root })
    .map((path) => path.replace(/\/package\.json$/, ''))
    .sort()
    .map((folder) => readWorkspace(folder, ['src/**/*.{ts,tsx}', '*.{ts,mjs}'])),
];
const faults = faultsOf(workspaces);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${String(workspaces.length)} workspaces declare what they import; 7 planted faults were found.`);
