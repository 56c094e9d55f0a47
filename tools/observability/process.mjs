import { dashboard, lines, number, row } from './panels.mjs';

const HERE = 'instance=~"$instance"';
const each = (metric) => [[`${metric}{${HERE}}`, '{{instance}}']];
const rateOf = (metric) => [[`rate(${metric}{${HERE}}[$__rate_interval])`, '{{instance}}']];

/** For the people who run the processes. */
export const processes = dashboard(
  'Gatehouse: process',
  'Event loop, memory, connections and listeners of each process.',
  [
    row('Processes'),
    number('Running', 'none', 'Processes that Prometheus can read', ['sum(up{job="gatehouse"})', ''], {
      bad: 0,
    }),
    number(
      'Versions',
      'none',
      'More than one only while an update is under way',
      [`count(count by (version) (gatehouse_build_info{${HERE}}))`, ''],
      { bad: 2 },
    ),
    number('Admin listeners', 'none', 'Processes whose admin listener takes requests', [
      `sum(gatehouse_admin_listening{${HERE}})`,
      '',
    ]),
    number(
      'Admin listener failed',
      'none',
      'Since the processes started',
      [`sum(gatehouse_admin_restarts_total{${HERE}})`, ''],
      { bad: 1 },
    ),
    number(
      'Youngest process',
      's',
      'Time since the newest process started',
      [`time() - max(gatehouse_process_start_time_seconds{${HERE}})`, ''],
      { width: 8 },
    ),
    lines('Conditions of /ready', 'none', '1 while the condition holds', [
      [`min by (condition) (gatehouse_ready_condition{${HERE}})`, '{{condition}}'],
    ]),
    lines(
      'CPU',
      'percentunit',
      'Of one core; the threads of the process together',
      rateOf('gatehouse_process_cpu_seconds_total'),
    ),
    lines(
      'Delay of the event loop',
      's',
      '99 % of the turns are at most so late',
      each('gatehouse_nodejs_eventloop_lag_p99_seconds'),
    ),

    row('Memory'),
    lines('Memory of the process', 'bytes', 'Resident', each('gatehouse_process_resident_memory_bytes')),
    lines('Heap in use', 'bytes', 'Of the main thread', each('gatehouse_nodejs_heap_size_used_bytes')),
    lines('Garbage collection', 'percentunit', 'Share of the time', [
      [
        `sum by (instance, kind) (rate(gatehouse_nodejs_gc_duration_seconds_sum{${HERE}}[$__rate_interval]))`,
        '{{instance}} {{kind}}',
      ],
    ]),
    lines(
      'Bodies in memory',
      'bytes',
      'Of partners’ requests and answers',
      each('gatehouse_buffered_body_bytes'),
    ),
    lines(
      'External memory',
      'bytes',
      'Buffers outside the heap',
      each('gatehouse_nodejs_external_memory_bytes'),
    ),
    lines('Open files', 'none', 'Sockets count', each('gatehouse_process_open_fds')),

    row('Connections'),
    lines('Database connections in use', 'none', 'By pool', [
      [`gatehouse_database_connections{${HERE},state="in-use"}`, '{{instance}} {{pool}}'],
    ]),
    lines('Callers that wait for one', 'none', 'By pool. Some for long means that requests are refused', [
      [`gatehouse_database_connections{${HERE},state="waiting"}`, '{{instance}} {{pool}}'],
    ]),
    lines('Idle database connections', 'none', 'By pool', [
      [`gatehouse_database_connections{${HERE},state="idle"}`, '{{instance}} {{pool}}'],
    ]),
    lines(
      'Calls to e-RS in progress',
      'none',
      'Whose answer is not complete',
      each('gatehouse_upstream_in_flight'),
    ),
    lines(
      'Connections that the parser refused',
      'ops',
      'Bytes that are no HTTP/1.1',
      rateOf('gatehouse_parse_errors_total'),
    ),
    lines('Active resources', 'none', 'Of the main thread, by type', [
      [`sum by (type) (gatehouse_nodejs_active_resources{${HERE}})`, '{{type}}'],
    ]),
  ],
);
