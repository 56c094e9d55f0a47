import type { ServerResponse } from 'node:http';
import type { ApplyProgress } from '@gatehouse/contracts/registry/registry-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { AwaitingApproval } from '../changes/awaiting-approval.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { LineWriter } from '../http/ndjson.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { Route } from '../http/route.js';
import { applyRegistry, diffRegistry } from './apply.store.js';
import { exportRegistry } from './export.store.js';
import { listApplications, listOrganisations } from './lists.store.js';

@Controller()
export class RegistryController {
  private readonly deps: AdminDeps;
  private readonly problems: ProblemFilter;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
    this.problems = new ProblemFilter(deps);
  }

  @Route('registryDiff')
  diff({ body }: InputOf<'registryDiff'>) {
    return diffRegistry(this.deps, body.document);
  }

  /** Faults are answered as a problem; once the first line is out, a failure is the last line. */
  @Route('registryApply')
  async apply(input: InputOf<'registryApply'>, acting: Acting, response: ServerResponse): Promise<void> {
    const lines = new LineWriter(response);
    const write = (line: ApplyProgress) => lines.write(line);
    try {
      const applied = await perform(this.deps, acting, 'registryApply', input, (deps, change, { body }) =>
        applyRegistry(
          deps,
          change,
          body.document,
          (changes) => {
            const unchanged = changes.filter(({ action }) => action === 'unchanged').length;
            return write({ type: 'planned', changes: changes.length - unchanged, unchanged });
          },
          (step, done, total) => write({ type: 'progress', step, done, total }),
        ),
      );
      const changes = applied.changes.filter(({ action }) => action !== 'unchanged');
      await write({ type: 'done', registryVersion: applied.registryVersion, changes: changes.map(copy) });
    } catch (error) {
      if (error instanceof AwaitingApproval) {
        const { id, rules, expiresAt } = error.change;
        await write({ type: 'pending', id, rules, expiresAt });
        lines.end();
        return;
      }
      if (!lines.started) throw error;
      const problem = this.problems.problemOf(error);
      const title = problem?.body().title ?? 'Internal error';
      const detail = problem?.detail ?? 'Nothing was changed.';
      await write({ type: 'failed', title, detail });
    }
    lines.end();
  }

  @Route('registryExport')
  export() {
    return exportRegistry(this.deps.db);
  }

  @Route('organisationsList')
  organisations({ query }: InputOf<'organisationsList'>, { reach }: Acting) {
    return listOrganisations(this.deps.db, query, reach);
  }

  @Route('applicationsList')
  applications({ query }: InputOf<'applicationsList'>, { reach }: Acting) {
    return listApplications(this.deps.db, query, this.deps.publicUrl, reach);
  }
}

type Change = Awaited<ReturnType<typeof applyRegistry>>['changes'][number];
type Line = Extract<ApplyProgress, { type: 'done' }>['changes'][number];

/** The plan's lists are read-only; the contract's are not. */
function copy({ fields, ...change }: Change): Line {
  const value = (of: Change['fields'][number]['before']) =>
    typeof of === 'string' || of === null ? of : [...of];
  return {
    ...change,
    fields: fields.map(({ name, before, after }) => ({ name, before: value(before), after: value(after) })),
  };
}
