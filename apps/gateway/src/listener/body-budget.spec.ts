import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createBodyBudget } from './body-budget.js';

const response = (closed = false) =>
  Object.assign(new EventEmitter(), { closed }) as unknown as ServerResponse;
const OVERLOAD = expect.objectContaining({ code: 'GW_OVERLOAD' });

describe('the budget for bodies', () => {
  it('is shared by all requests', () => {
    const budget = createBodyBudget(100);
    const [one, other] = [budget.share(), budget.share()];
    one.take(60);
    expect(() => other.take(41)).toThrow(OVERLOAD);
    other.take(40);
    expect(() => one.take(1)).toThrow(OVERLOAD);
    expect(budget.usedBytes()).toBe(100);
  });

  it('gets a share back once, when the answer has been sent', () => {
    const budget = createBodyBudget(100);
    const share = budget.share();
    const answer = response();
    share.take(60);
    share.giveBackAfter(answer);
    expect(budget.usedBytes()).toBe(60);
    answer.emit('close');
    answer.emit('close');
    expect(budget.usedBytes()).toBe(0);
  });

  it('gets a share back immediately when the caller disconnects', () => {
    const budget = createBodyBudget(100);
    const share = budget.share();
    share.take(60);
    share.giveBackAfter(response(true));
    expect(budget.usedBytes()).toBe(0);
  });

  it('may be exceeded by the answer to a write, and then rejects all other requests', () => {
    const budget = createBodyBudget(100);
    budget.share().takeAlways(150);
    expect(() => budget.share().take(0)).toThrow(OVERLOAD);
    expect(budget.usedBytes()).toBe(150);
  });
});
