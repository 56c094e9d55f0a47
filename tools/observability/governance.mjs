import { dashboard, lines, number, quantiles, row } from './panels.mjs';

const HERE = 'instance=~"$instance"';

/** For the platform team and governance staff: what must be recorded, signed and renewed. */
export const governance = dashboard(
  'Gatehouse: audit, keys and governance',
  'The audit trail and its writers, tokens and signing keys, the registry, and what ends soon.',
  [
    row('Audit trail'),
    number(
      'Leases held',
      'none',
      'Replicas that may write to their audit chain',
      [`sum(gatehouse_audit_lease_held{${HERE}})`, ''],
      { bad: 0 },
    ),
    number(
      'Writers that died',
      'none',
      'In the last 24 hours. Their open attempts were closed by a worker',
      [`sum(increase(gatehouse_audit_writers_swept_total{${HERE}}[24h]))`, ''],
      { bad: 1 },
    ),
    number('Months with a partition', 'none', 'This month and those ahead. Below 2 next month has none', [
      'max(gatehouse_audit_partitions_ahead)',
      '',
    ]),
    number(
      'Checkpoint age',
      's',
      'Since the checkpoints of the audit trail were last made and stored',
      ['max(gatehouse_audit_checkpoint_age_seconds)', ''],
      { bad: 90 },
    ),
    number(
      'Trail behind a checkpoint',
      'none',
      'In the last 24 hours. Records were removed, or the database lost commits',
      ['max(gatehouse_audit_checkpoints_behind)', ''],
      { bad: 1 },
    ),
    number(
      'Faults in the trail',
      'none',
      'Records that are not what was written, as the verification by the worker found them',
      ['max(gatehouse_upkeep_findings{watch="trail-fault"})', ''],
      { bad: 1 },
    ),
    number(
      'Law alarms',
      'none',
      'In the last 24 hours. Gatehouse noticed a fault of its own',
      [`sum(increase(gatehouse_law_alarms_total{${HERE}}[24h]))`, ''],
      { bad: 1 },
    ),
    number(
      'Database used',
      'percentunit',
      'At 90 % requests are refused. Needs GATEHOUSE_DATABASE_MAX_MIB',
      ['gatehouse:database_used:ratio', ''],
      { bad: 0.7 },
    ),
    number(
      'Writes in doubt',
      'none',
      'In the last 24 hours. Somebody must read the referral of each',
      [`sum(increase(gatehouse_writes_in_doubt_total{${HERE}}[24h]))`, ''],
      { bad: 1 },
    ),
    lines(
      'Commit latency',
      's',
      'Each request waits for two commits. At 2 s it is refused',
      quantiles('gatehouse_audit_commit_seconds', HERE),
    ),
    lines('Commits', 'ops', 'Group commits a second', [
      [
        `sum by (instance) (rate(gatehouse_audit_commit_seconds_count{${HERE}}[$__rate_interval]))`,
        '{{instance}}',
      ],
    ]),
    lines('Rows per commit', 'none', 'Mean. It grows with the load', [
      [
        `sum(rate(gatehouse_audit_batch_rows_sum{${HERE}}[$__rate_interval])) / sum(rate(gatehouse_audit_batch_rows_count{${HERE}}[$__rate_interval]))`,
        'rows',
      ],
    ]),
    lines('Rows that wait', 'none', 'Queue of the audit trail', [
      [`gatehouse_audit_queue{${HERE}}`, '{{instance}}'],
    ]),
    lines('Size of the database', 'bytes', 'And what its volume has', [
      ['max(gatehouse_database_bytes)', 'used'],
      ['max(gatehouse_database_max_bytes)', 'limit'],
    ]),
    lines('Writers swept', 'none', 'Processes that died with an open chain', [
      [`sum(increase(gatehouse_audit_writers_swept_total{${HERE}}[$__rate_interval]))`, 'swept'],
    ]),

    row('Keys and tokens'),
    lines(
      'Calls of the token endpoint',
      'ops',
      '`configuration`, `key-not-seen` and `ours` are refusals that somebody must put right',
      [[`sum by (result) (rate(gatehouse_token_calls_total{${HERE}}[$__rate_interval]))`, '{{result}}']],
    ),
    lines('Signatures', 'ops', 'Requested from KMS', [
      [`sum by (instance) (rate(gatehouse_kms_signs_total{${HERE}}[$__rate_interval]))`, '{{instance}}'],
    ]),
    lines('Unusable keys', 'none', 'Keys that KMS reported as disabled, gone or pending deletion', [
      [`sum(increase(gatehouse_keys_unusable_total{${HERE}}[$__rate_interval]))`, 'keys'],
    ]),
    lines('Clock', 's', 'How far behind NHS England’s clock. Beyond 30 s nothing is sent', [
      [`gatehouse_clock_skew_seconds{${HERE}}`, '{{instance}}'],
    ]),
    lines('Age of the registry', 's', 'Beyond 5 s nothing is sent', [
      [`gatehouse_snapshot_age_seconds{${HERE}}`, '{{instance}}'],
    ]),
    lines('Version of the registry', 'none', 'Replicas should agree', [
      [`gatehouse_registry_version{${HERE}}`, '{{instance}}'],
    ]),

    row('Background jobs'),
    lines('Overdue', 'none', '1 while a scheduled job should have succeeded by now', [
      ['max by (name) (gatehouse_job_overdue)', '{{name}}'],
    ]),
    lines('Failed permanently', 'none', 'Until a later run does their work', [
      ['max by (name) (gatehouse_jobs_failed)', '{{name}}'],
    ]),
    lines('Lag', 's', 'How long the oldest waiting job has been due', [
      ['max by (name) (gatehouse_jobs_oldest_seconds)', '{{name}}'],
    ]),

    row('What ends soon'),
    lines(
      'Days left',
      'd',
      'Until the first of each kind ends',
      [
        [
          'min by (kind, environment) (gatehouse_days_left{environment=~"$environment"})',
          '{{kind}} {{environment}}',
        ],
      ],
      12,
    ),
    lines(
      'Access that governance closed',
      'reqps',
      'Requests refused because an owner, an exception or an organisation is not in force',
      [
        [
          'sum by (code) (rate(gatehouse_requests_total{code=~"GW_SRO_LAPSED|GW_WRITE_EXCEPTION|GW_ORGANISATION_SUSPENDED",environment=~"$environment"}[$__rate_interval]))',
          '{{code}}',
        ],
      ],
      12,
    ),
  ],
);
