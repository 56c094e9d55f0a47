import { describe, expect, it } from 'vitest';
import { clientShapes } from './record-shapes.js';

describe('a return target', () => {
  it.each([
    ['https://app.supplier.example/signed-in?from=gatehouse', true],
    ['http://localhost:8084/signed-in', true],
    ['http://127.0.0.1', true],
    ['http://app.supplier.example/signed-in', false],
    ['http://localhost.supplier.example/', false],
    ['http://localhost@supplier.example/', false],
    ['http://127.0.0.10/', false],
    ['http://localhost:8084/signed-in#here', false],
    ['https://user@supplier.example/', false],
  ])('%s: %s', (target, isPermitted) => {
    expect(clientShapes.returnTargets.safeParse([target]).success).toBe(isPermitted);
  });
});
