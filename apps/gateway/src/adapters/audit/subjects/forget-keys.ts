import type { Registry } from '../../registry/registry.js';
import type { SubjectSealer } from '../write/subjects.js';

/**
 * Drops the data key of an organisation from memory when the registry says something new of it, unless it is active. To
 * destroy a key changes the registry too, so every process does this within a second (ADR 88).
 */
export function forgetKeys(registry: Pick<Registry, 'current' | 'onChange'>, sealer: SubjectSealer): void {
  registry.onChange(({ odsCodes }) => {
    const { organisations } = registry.current();
    for (const odsCode of odsCodes)
      if (organisations.get(odsCode)?.state !== 'active') sealer.forget(odsCode);
  });
}
