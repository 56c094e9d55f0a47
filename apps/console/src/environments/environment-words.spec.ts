import { describe, expect, it } from 'vitest';
import { type Environment, placeOf, servedEnvironments } from './environment-words.js';

const environment = (name: string, isProduction = false, isServed = true): Environment => ({
  ...{ name, isProduction, isServed },
});
const TEST = [environment('int'), environment('sandbox')];
const MIXED = [environment('int'), environment('live', true)];

describe('where a dangerous dialog counts', () => {
  it.each<[what: string, names: readonly string[], environments: readonly Environment[], text: string]>([
    ['in one environment', ['int'], MIXED, 'This takes effect in int.'],
    ['in production, whatever its name', ['live'], MIXED, 'Production: this takes effect in live.'],
    ['in production among others', ['int', 'live'], MIXED, 'Production: this takes effect in int and live.'],
    ['everywhere, without production', [], TEST, 'This takes effect in int and sandbox.'],
    ['everywhere, production included', [], MIXED, 'Production: this takes effect in int and live.'],
  ])('%s', (_what, names, environments, text) => {
    const isProduction = text.startsWith('Production');
    expect(placeOf(names, environments)).toEqual({ isProduction, text });
  });
});

it('the bar names what is served here, production first', () => {
  const all = [
    environment('dep'),
    environment('int'),
    environment('live', true),
    environment('old', false, false),
  ];
  expect(servedEnvironments(all).map(({ name }) => name)).toEqual(['live', 'dep', 'int']);
});
