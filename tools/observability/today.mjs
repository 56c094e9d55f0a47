import { dashboard, lines, number, quantiles, row } from './panels.mjs';

const HERE = 'instance=~"$instance"';
const OF = `${HERE},environment=~"$environment"`;
const requests = (by, more) =>
  `sum by (${by}) (rate(gatehouse_requests_total{${OF}${more ? `,${more}` : ''}}[$__rate_interval]))`;

/** For the person on call, and for everybody who wants to know how things are. */
export const today = dashboard(
  'Gatehouse: today',
  'Traffic, refusals, errors, the time of e-RS and of Gatehouse apart, and how much room is left.',
  [
    row('Now'),
    number(
      'Replicas ready',
      'none',
      'Replicas whose /ready answers 200',
      [`sum(gatehouse_ready{${HERE}})`, ''],
      { bad: 0 },
    ),
    number(
      'Alerts',
      'none',
      'Alerts of Gatehouse that fire now. Each has a page in docs/runbooks',
      ['count(ALERTS{alertname=~"Gatehouse.*",alertstate="firing"}) or vector(0)', ''],
      { bad: 1 },
    ),
    number('Requests', 'reqps', 'Requests a second on the partner listener', [
      `sum(rate(gatehouse_requests_total{${OF}}[$__rate_interval]))`,
      '',
    ]),
    number('Refused', 'percentunit', 'Share of the requests that a rule refused', [
      `sum(rate(gatehouse_requests_total{${OF},outcome="REFUSED"}[$__rate_interval])) / sum(rate(gatehouse_requests_total{${OF}}[$__rate_interval]))`,
      '',
    ]),
    number(
      'e-RS failed',
      'percentunit',
      'Share of the requests at which e-RS, or the way to it, failed',
      ['max(gatehouse:ers_failures:ratio5m{environment=~"$environment"})', ''],
      { bad: 0.05 },
    ),
    number(
      'Writes in doubt',
      'none',
      'In the last 24 hours. Somebody must read the referral of each',
      [`sum(increase(gatehouse_writes_in_doubt_total{${HERE}}[24h]))`, ''],
      { bad: 1 },
    ),

    row('Traffic'),
    lines('Requests by outcome', 'reqps', 'As the audit trail records them', [
      [requests('outcome'), '{{outcome}}'],
    ]),
    lines('Refusals by reason', 'reqps', 'Codes are explained in docs/errors.md', [
      [requests('code', 'outcome="REFUSED"'), '{{code}}'],
    ]),
    lines('Failures by reason', 'reqps', 'Requests that were let through and did not succeed', [
      [requests('code, outcome', 'outcome!~"REFUSED|COMPLETED"'), '{{outcome}} {{code}}'],
    ]),
    lines('Requests by interaction', 'reqps', 'The ten busiest', [
      [`topk(10, ${requests('interaction')})`, '{{interaction}}'],
    ]),
    lines('e-RS by answer', 'reqps', 'Status codes of e-RS', [
      [requests('upstream_status', 'upstream_status!=""'), '{{upstream_status}}'],
    ]),
    lines('Requests by environment', 'reqps', 'Requests whose credential is unknown have no environment', [
      [requests('environment'), '{{environment}}'],
    ]),

    row('Time'),
    lines(
      'Time of e-RS',
      's',
      'From the sending of a call to the headers of its answer, or to its failure',
      quantiles('gatehouse_upstream_seconds', HERE),
    ),
    lines(
      'Time of Gatehouse',
      's',
      'What a request takes beside e-RS, on average. Waiting for its turn counts',
      [['gatehouse:own_seconds:mean5m', 'mean']],
    ),
    lines('Requests as a whole', 's', 'As callers see them', quantiles('gatehouse_request_seconds', HERE)),
    lines(
      'Time by stage',
      's',
      'Mean of each stage. “forward” has the token, the records, and the wait for e-RS',
      [
        [
          `sum by (stage) (rate(gatehouse_stage_seconds_sum{${HERE}}[$__rate_interval])) / sum by (stage) (rate(gatehouse_stage_seconds_count{${HERE}}[$__rate_interval]))`,
          '{{stage}}',
        ],
      ],
      16,
    ),
    lines('Slowest interactions', 's', 'Mean time of a request', [
      [
        `topk(10, sum by (interaction) (rate(gatehouse_request_seconds_sum{${HERE}}[$__rate_interval])) / sum by (interaction) (rate(gatehouse_request_seconds_count{${HERE}}[$__rate_interval])))`,
        '{{interaction}}',
      ],
    ]),

    row('Headroom'),
    lines(
      'Calls in progress',
      'none',
      'Calls to e-RS whose answer is not complete',
      [[`gatehouse_upstream_in_flight{${HERE}}`, '{{instance}}']],
      6,
    ),
    lines(
      'Bodies in memory',
      'bytes',
      'Near GATEHOUSE_BUFFERED_BODIES_MIB requests are refused',
      [[`gatehouse_buffered_body_bytes{${HERE}}`, '{{instance}}']],
      6,
    ),
    lines(
      'Queue of the audit trail',
      'none',
      'Near GATEHOUSE_MAX_AUDIT_QUEUE requests are refused',
      [[`gatehouse_audit_queue{${HERE}}`, '{{instance}}']],
      6,
    ),
    lines(
      'Delay of the event loop',
      's',
      'Beyond GATEHOUSE_MAX_LAG_MS requests are refused',
      [[`gatehouse_nodejs_eventloop_lag_p99_seconds{${HERE}}`, '{{instance}}']],
      6,
    ),
  ],
);
