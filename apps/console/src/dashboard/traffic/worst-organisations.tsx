/** The organisations with the most rejected and failed requests, worst first. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { shareWords } from './figure-words.js';
import type { RequestsBehind } from './requests-behind.js';
import { UnsuccessfulTable } from './unsuccessful-table.js';

interface Props {
  readonly worst: AnswerOf<'dashboardShow'>['worst'];
  readonly requestsBehind: RequestsBehind;
}

export function WorstOrganisations({ worst, requestsBehind }: Props) {
  const rows = worst.map(({ organisation, name, requests, refused, failed }) => ({
    ...{ key: organisation, refused, failed, filter: { organisation } },
    title: name === null ? organisation : `${name} (${organisation})`,
    last: `${shareWords((refused + failed) / requests)} of ${requests.toLocaleString('en-GB')}`,
  }));
  return (
    <UnsuccessfulTable
      title="Organisations with the most rejected and failed requests"
      heads={['Organisation', 'Of all requests']}
      rows={rows}
      requestsBehind={requestsBehind}
    />
  );
}
