// All import rules. eslint.config.js turns each row into a lint rule. tools/check/boundary-canary.mjs plants `canary` in a
// file at `at` and expects exactly that rule to reject it, and `fine` to pass.
//
//   client → nothing, not even a package
//   console → contracts → domain          cli → contracts, domain (db for migrate and bootstrap only)
//   gateway → domain, contracts, db       simulator, demo → nothing of ours
//   gateway: data-plane, auth, admin, public, jobs → adapters → db, domain; the five never import each other

/** @typedef {{ name: string, files: string[], except?: string[], forbid: string, why: string, at: string, canary: string, fine: string }} ImportRule */

const audiences = ['data-plane', 'auth', 'admin', 'public', 'jobs'];
const specs = ['**/*.spec.ts'];

/** @type {ImportRule[]} */
export const importRules = [
  {
    name: 'own-source-only',
    files: ['apps/*/src/**/*.{ts,tsx}', 'libs/*/src/**/*.ts'],
    forbid: '^\\.{1,2}/.*(^|/)(src|dist|apps|libs)/',
    why: 'A relative path stays inside its project; another project is imported by its package name.',
    at: 'libs/contracts/src/planted.ts',
    canary: '../../domain/src/errors.js',
    fine: './problem.js',
  },
  {
    name: 'domain-pure',
    files: ['libs/domain/src/**/*.ts'],
    except: specs,
    forbid: '^(?!\\.{1,2}/)',
    why: 'libs/domain is pure: no package and no Node built-in.',
    at: 'libs/domain/src/planted.ts',
    canary: 'node:fs',
    fine: './errors.js',
  },
  {
    name: 'client-alone',
    files: ['libs/client/src/**/*.ts'],
    except: specs,
    forbid: '^(?!\\.{1,2}/|node:)',
    why: 'libs/client is published alone: it imports no package, and nothing of ours.',
    at: 'libs/client/src/planted.ts',
    canary: '@gatehouse/domain/errors',
    fine: 'node:timers/promises',
  },
  {
    name: 'contracts-to-domain',
    files: ['libs/contracts/src/**/*.ts'],
    forbid: '^@gatehouse/(?!domain/)',
    why: 'libs/contracts imports only libs/domain of ours.',
    at: 'libs/contracts/src/planted.ts',
    canary: '@gatehouse/db/migrate',
    fine: '@gatehouse/domain/errors',
  },
  {
    name: 'db-to-domain',
    files: ['libs/db/src/**/*.ts'],
    forbid: '^@gatehouse/(?!domain/)',
    why: 'libs/db imports only libs/domain of ours.',
    at: 'libs/db/src/planted.ts',
    canary: '@gatehouse/contracts/registry-file',
    fine: '@gatehouse/domain/errors',
  },
  {
    name: 'console-to-contracts',
    files: ['apps/console/src/**/*.{ts,tsx}'],
    forbid: '^@gatehouse/(?!contracts/)',
    why: 'The console imports only libs/contracts of ours.',
    at: 'apps/console/src/planted.ts',
    canary: '@gatehouse/db/migrate',
    fine: '@gatehouse/contracts/registry-file',
  },
  {
    name: 'cli-to-contracts-and-domain',
    files: ['apps/cli/src/**/*.ts'],
    except: ['apps/cli/src/**/*{migrate,bootstrap}*.ts', ...specs],
    forbid: '^@gatehouse/(?!contracts/|domain/)',
    why: 'The CLI imports libs/contracts and libs/domain; libs/db only for migrate and bootstrap.',
    at: 'apps/cli/src/planted.ts',
    canary: '@gatehouse/db/migrate',
    fine: '@gatehouse/contracts/registry-file',
  },
  {
    name: 'cli-not-to-applications',
    files: ['apps/cli/src/**/*.ts'],
    forbid: '^@gatehouse/(gateway|simulator|console)',
    why: 'The CLI talks to the gateway over HTTP; it imports no application.',
    at: 'apps/cli/src/migrate.ts',
    canary: '@gatehouse/gateway/config',
    fine: '@gatehouse/db/migrate',
  },
  {
    name: 'gateway-to-libs',
    files: ['apps/gateway/src/**/*.ts'],
    forbid: '^@gatehouse/(?!domain/|contracts/|db/)',
    why: 'The gateway imports libs/domain, libs/contracts and libs/db, never another application.',
    at: 'apps/gateway/src/planted.ts',
    canary: '@gatehouse/cli/main',
    fine: '@gatehouse/domain/errors',
  },
  {
    name: 'simulator-alone',
    files: ['apps/simulator/src/**/*.ts'],
    forbid: '^@gatehouse/',
    why: 'The simulator imports nothing of ours, so that it cannot agree with our mistakes.',
    at: 'apps/simulator/src/planted.ts',
    canary: '@gatehouse/domain/errors',
    fine: './world.js',
  },
  {
    name: 'demo-alone',
    files: ['apps/demo/src/**/*.ts'],
    forbid: '^(?!\\.{1,2}/|node:)',
    why: 'The demo stands for a supplier: it talks HTTP to Gatehouse and imports nothing of ours, and no package.',
    at: 'apps/demo/src/planted.ts',
    except: specs,
    canary: '@gatehouse/domain/errors',
    fine: 'node:http',
  },
  ...audiences.map((folder) => {
    const others = audiences.filter((other) => other !== folder);
    return {
      name: `${folder}-apart`,
      files: [`apps/gateway/src/${folder}/**/*.ts`],
      forbid: `^(\\.\\./)+(${others.join('|')})/`,
      why: 'data-plane, auth, admin, public and jobs never import each other; share through adapters or libs/domain.',
      at: `apps/gateway/src/${folder}/planted.ts`,
      canary: `../${others[0]}/planted.js`,
      fine: '../adapters/registry/snapshot.js',
    };
  }),
  {
    name: 'adapters-below-audiences',
    files: ['apps/gateway/src/adapters/**/*.ts'],
    forbid: `^(\\.\\./)+(${audiences.join('|')})/`,
    why: 'adapters import libs/db and libs/domain, and never their users.',
    at: 'apps/gateway/src/adapters/planted.ts',
    canary: '../admin/planted.js',
    fine: '@gatehouse/domain/errors',
  },
  {
    name: 'adapters-without-contracts',
    files: ['apps/gateway/src/adapters/**/*.ts'],
    forbid: '^@gatehouse/contracts/',
    why: 'adapters import libs/db and libs/domain; the shapes of the admin API stop at admin.',
    at: 'apps/gateway/src/adapters/planted.ts',
    canary: '@gatehouse/contracts/registry-file',
    fine: '@gatehouse/db/migrate',
  },
  {
    name: 'prisma-in-stores',
    files: ['apps/*/src/**/*.{ts,tsx}', 'libs/*/src/**/*.ts'],
    except: ['libs/db/src/**', 'apps/gateway/src/adapters/**', 'apps/gateway/src/**/*.store.ts', ...specs],
    forbid: '^(@prisma/|prisma($|/)|@gatehouse/db/generated)',
    why: 'Prisma appears only in libs/db, adapters and *.store.ts.',
    at: 'apps/gateway/src/admin/clients/clients.controller.ts',
    canary: '@prisma/client',
    fine: './clients.store.js',
  },
  {
    // process/ opens the database and passes it on; Transactions opens the admin API's transactions.
    name: 'database-in-stores',
    files: ['apps/gateway/src/*/**/*.ts'],
    except: [
      'apps/gateway/src/process/**',
      'apps/gateway/src/admin/http/transactions.ts',
      'apps/gateway/src/adapters/**',
      'apps/gateway/src/**/*.store.ts',
      ...specs,
    ],
    forbid: '^@gatehouse/db/client$',
    why: 'Prisma appears only in libs/db, adapters and *.store.ts.',
    at: 'apps/gateway/src/jobs/planted.ts',
    canary: '@gatehouse/db/client',
    fine: '@gatehouse/db/database-error',
  },
  {
    name: 'no-nest-below',
    files: ['libs/{domain,contracts,db}/src/**/*.ts', 'apps/gateway/src/adapters/**/*.ts'],
    forbid: '^@nestjs/',
    why: 'Nest never appears in domain, contracts, db or adapters.',
    at: 'apps/gateway/src/adapters/planted.ts',
    canary: '@nestjs/common',
    fine: '@gatehouse/domain/errors',
  },
  {
    name: 'no-nest-in-data-plane',
    files: ['apps/gateway/src/data-plane/**/*.ts'],
    except: ['apps/gateway/src/data-plane/**/*.{module,server}.ts', ...specs],
    forbid: '^(@nestjs/|rxjs|express($|/))',
    why: 'The data plane is plain TypeScript; Nest only in its *.module.ts and *.server.ts.',
    at: 'apps/gateway/src/data-plane/planted.ts',
    canary: '@nestjs/common',
    fine: 'node:http',
  },
  {
    name: 'nest-in-gateway-only',
    files: ['apps/{cli,simulator,demo,console}/src/**/*.{ts,tsx}'],
    forbid: '^@nestjs/',
    why: 'Only the gateway uses Nest.',
    at: 'apps/simulator/src/planted.ts',
    canary: '@nestjs/common',
    fine: 'node:http',
  },
];
