import type { Config } from './config.js';

interface Started {
  readonly environments: ReadonlyMap<string, { readonly fourEyes?: boolean | undefined }>;
  /** As the database has it, by environment. */
  readonly fourEyes: ReadonlyMap<string, boolean>;
  readonly staff: Config['staff'];
  readonly checkpoints: Config['checkpoints'];
}

/** What start-up warns about: settings that are allowed, and that will not do what they look like. */
export function startWarnings({ environments, fourEyes, staff, checkpoints }: Started): string[] {
  const differing = [...environments].flatMap(([name, { fourEyes: inFile }]) => {
    const recorded = fourEyes.get(name);
    if (inFile === undefined || inFile === recorded) return [];
    return [
      `the environments file says fourEyes: ${inFile} for ${name}, but the database says ${recorded}, which counts; gatehouse environments four-eyes ${name} ${inFile ? 'on' : 'off'} changes it`,
    ];
  });
  const guarded = [...environments.keys()].filter((name) => fourEyes.get(name) === true);
  if (guarded.length === 0) return differing;
  const noStaff = [
    `no identity provider is configured (GATEHOUSE_STAFF_ISSUER), so nobody can approve what needs a second person in ${guarded.join(', ')}: no token ever does`,
  ];
  const noCheckpoints = [
    'no checkpoints are made of the audit trail (GATEHOUSE_CHECKPOINT_KMS_KEY, GATEHOUSE_CHECKPOINTS), so an administrator of the database can rewrite or cut it unnoticed',
  ];
  return [...differing, ...(staff === null ? noStaff : []), ...(checkpoints === null ? noCheckpoints : [])];
}
