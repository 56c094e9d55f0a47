/** By what lists are filtered: whether calls work, and if not, why. */
import { healthCause, healthFilter } from '@gatehouse/contracts/registry/identifiers';
import { sentenceCase } from '../parts/words.js';

const CAUSES: readonly string[] = healthCause.options;

export const HEALTH_CHOICES = healthFilter.options.map((id) => ({
  id,
  name: CAUSES.includes(id) ? `Refused: ${id}` : sentenceCase(id),
}));

/** An application that is not live says nothing about its organisation. */
export const ORGANISATION_HEALTH_CHOICES = HEALTH_CHOICES.filter(({ id }) => id !== 'not live');
