import type { ServerResponse } from 'node:http';
import type { ApplyProgress } from '@gatehouse/contracts/registry/registry-resources';
import type { InputOf } from '@gatehouse/contracts/routes';
import type { RegistryChange } from '@gatehouse/domain/registry/plan/registry-change';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { AwaitingApproval } from '../http/awaiting-approval.js';
import { LineWriter } from '../http/ndjson.js';
import { Problems } from '../http/problems.js';
import { Route } from '../http/route/route.js';
import { OdsStore } from '../ods/ods.store.js';
import { RegistryWriter } from './apply.store.js';
import { AwaitingSro } from '../sro/awaiting-sro.store.js';
import { RegistryExport } from './export.store.js';
import { RegistryLists } from './lists.store.js';

@Controller()
export class RegistryController {
  constructor(
    @Inject(RegistryLists) private readonly lists: RegistryLists,
    @Inject(RegistryExport) private readonly exported: RegistryExport,
    @Inject(RegistryWriter) private readonly writer: RegistryWriter,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
    @Inject(Problems) private readonly problems: Problems,
    @Inject(OdsStore) private readonly ods: OdsStore,
    @Inject(AwaitingSro) private readonly awaitingSro: AwaitingSro,
  ) {}

  @Route('registryDiff')
  async diff({ body }: InputOf<'registryDiff'>) {
    const { plan, ...diff } = await this.writer.diff(body.document);
    const ofNames = await this.ods.remarksOn(diff.changes.flatMap(namedIn));
    return { ...diff, remarks: [...(await this.awaitingSro.remarksOn(plan)), ...ofNames] };
  }

  /** Faults are answered as a problem; once the first line is sent, a failure is the last line. */
  @Route('registryApply')
  async apply(input: InputOf<'registryApply'>, acting: Acting, response: ServerResponse): Promise<void> {
    const lines = new LineWriter(response);
    try {
      await lines.write(await this.applied(input, acting, (line) => lines.write(line)));
    } catch (error) {
      const lastLine = this.lastLine(error, lines.started);
      if (lastLine === null) throw error;
      await lines.write(lastLine);
    }
    lines.end();
  }

  @Route('registryExport')
  export() {
    return this.exported.read();
  }

  @Route('organisationsList')
  organisations({ query }: InputOf<'organisationsList'>, { reach }: Acting) {
    return this.lists.organisations(query, reach);
  }

  @Route('applicationsList')
  applications({ query }: InputOf<'applicationsList'>, { reach }: Acting) {
    return this.lists.applications(query, reach);
  }

  @Route('organisationsTotal')
  organisationsTotal({ query }: InputOf<'organisationsTotal'>, { reach }: Acting) {
    return this.lists.organisationsTotal(query, reach);
  }

  @Route('applicationsTotal')
  applicationsTotal({ query }: InputOf<'applicationsTotal'>, { reach }: Acting) {
    return this.lists.applicationsTotal(query, reach);
  }

  @Route('cis2ClientsList')
  cis2Clients({ query }: InputOf<'cis2ClientsList'>) {
    return this.lists.cis2Clients(query);
  }

  @Route('cis2ClientsTotal')
  cis2ClientsTotal({ query }: InputOf<'cis2ClientsTotal'>) {
    return this.lists.cis2ClientsTotal(query);
  }

  private async applied(
    input: InputOf<'registryApply'>,
    acting: Acting,
    write: (line: ApplyProgress) => Promise<void>,
  ): Promise<ApplyProgress> {
    const observer = {
      planned: (changes: readonly RegistryChange[]) => {
        const unchanged = changes.filter(({ action }) => action === 'unchanged').length;
        return write({ type: 'planned', changes: changes.length - unchanged, unchanged });
      },
      progress: (step: string, done: number, total: number) => write({ type: 'progress', step, done, total }),
    };
    const { registryVersion, changes } = await this.fourEyes.submit(acting, 'registryApply', input, {
      action: (transaction) => this.writer.apply(transaction, input.body.document, { observer }),
    });
    const made = changes.filter(({ action }) => action !== 'unchanged');
    return { type: 'done', registryVersion, changes: made.map(lineOf) };
  }

  /** Null: nothing is sent yet, so that the answer can still be a problem. */
  private lastLine(error: unknown, started: boolean): ApplyProgress | null {
    if (error instanceof AwaitingApproval) {
      const { id, rules, expiresAt } = error.change;
      return { type: 'pending', id, rules, expiresAt };
    }
    if (!started) return null;
    const problem = this.problems.of(error);
    return {
      type: 'failed',
      title: problem?.body().title ?? 'Internal error',
      detail: problem?.detail ?? 'Nothing was changed.',
    };
  }
}

/** An organisation that is new, or has another name. */
function namedIn({
  kind,
  key,
  fields,
}: RegistryChange): { readonly odsCode: string; readonly name: string }[] {
  const name = kind === 'organisation' ? fields.find((field) => field.name === 'name')?.after : undefined;
  return typeof name === 'string' ? [{ odsCode: key, name }] : [];
}

type ChangeLine = Extract<ApplyProgress, { type: 'done' }>['changes'][number];

/** The lists of a plan are read-only; those of the contract are not. */
function lineOf({ fields, ...change }: RegistryChange): ChangeLine {
  const copied = (value: RegistryChange['fields'][number]['before']) =>
    typeof value === 'string' || value === null ? value : [...value];
  return {
    ...change,
    fields: fields.map(({ name, before, after }) => ({
      name,
      before: copied(before),
      after: copied(after),
    })),
  };
}
