import { valuesToRegister } from '@gatehouse/domain/registry/cis2-registration';
import { Inject, Injectable } from '@nestjs/common';
import { cis2ClientRecord } from '../../adapters/registry/cis2-client-rows.js';
import { notFound } from '../http/problem.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE, PUBLIC_URL } from '../injected.js';
import { keyView } from '../keys/keys.view.js';
import { jwksUrlOf } from '../registry/applications.store.js';
import { cis2ClientView } from '../registry/lists.store.js';

/** A CIS2 client with its keys, and what is registered with NHS CIS2 for it. */
@Injectable()
export class Cis2ClientRecords {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  /** @throws AdminProblem not-found */
  async read(id: string) {
    const row = await this.db.cis2Client.findUnique({
      where: { id },
      include: { signingKeys: { orderBy: { createdAt: 'asc' } } },
    });
    if (row === null) throw notFound(`CIS2 client ${id}`);
    const { publicUrl } = this;
    const jwksUrl = jwksUrlOf(publicUrl, row);
    return {
      ...cis2ClientView(row),
      keys: row.signingKeys.map((key) => keyView({ ...key, application: null, cis2Client: row }, publicUrl)),
      toRegister: [...valuesToRegister(cis2ClientRecord(row), { publicUrl, jwksUrl })],
    };
  }
}
