import { expect, it } from 'vitest';
import { maskedUrl } from './masked-url.js';

it.each([
  ['https://hooks.example', 'https://hooks.example/'],
  ['https://hooks.example/', 'https://hooks.example/'],
  ['https://hooks.example:8443/services/T00/B00/s3cret', 'https://hooks.example:8443/…'],
  ['https://hooks.example/?token=s3cret', 'https://hooks.example/…'],
  ['https://user:s3cret@hooks.example/', 'https://hooks.example/'],
])('%s is shown as %s', (url, masked) => {
  expect(maskedUrl(url)).toBe(masked);
});
