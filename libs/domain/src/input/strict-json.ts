/**
 * One strict JSON object, so that e-RS can't read another document than Gatehouse did: strict UTF-8 without a
 * byte-order mark, no duplicate or prototype-polluting keys, no unpaired surrogates, numbers in range, bounded
 * depth and number of keys. The original bytes are forwarded; the parsed value only serves policy and audit.
 */
import { GatewayError } from '../errors.js';

export const MAX_DEPTH = 64;
export const MAX_KEYS = 10_000;

const RESERVED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN_TEXT = /[^"\\\x00-\x1f]*/y;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** @throws GW_BODY_SYNTAX */
export function parseStrictJson(bytes: Uint8Array): JsonObject {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) throw new GatewayError('GW_BODY_SYNTAX');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new GatewayError('GW_BODY_SYNTAX');
  }
  const reader = new Reader(text);
  const value = reader.document();
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new GatewayError('GW_BODY_SYNTAX');
  return value as JsonObject;
}

class Reader {
  private at = 0;
  private keys = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    this.space();
    const value = this.value(0);
    this.space();
    if (this.at !== this.text.length) this.fail();
    return value;
  }

  private fail(): never {
    throw new GatewayError('GW_BODY_SYNTAX');
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return;
      this.at += 1;
    }
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH) this.fail();
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string();
      case 't':
        return this.literal('true', true);
      case 'f':
        return this.literal('false', false);
      case 'n':
        return this.literal('null', null);
      default:
        return this.number();
    }
  }

  private literal<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail();
    this.at += word.length;
    return value;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) this.fail();
    this.at = NUMBER.lastIndex;
    const value = Number(match[0]);
    if (!Number.isFinite(value)) this.fail();
    return value;
  }

  private object(depth: number): Json {
    const members: Record<string, Json> = {};
    this.at += 1;
    this.space();
    if (this.text[this.at] === '}') {
      this.at += 1;
      return members;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.fail();
      const key = this.string();
      this.keys += 1;
      if (this.keys > MAX_KEYS || RESERVED_KEYS.has(key) || Object.hasOwn(members, key)) this.fail();
      this.space();
      if (this.text[this.at] !== ':') this.fail();
      this.at += 1;
      this.space();
      members[key] = this.value(depth + 1);
      this.space();
      const next = this.text[this.at];
      this.at += 1;
      if (next === '}') return members;
      if (next !== ',') this.fail();
    }
  }

  private array(depth: number): Json {
    const items: Json[] = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === ']') {
      this.at += 1;
      return items;
    }
    for (;;) {
      this.space();
      items.push(this.value(depth + 1));
      this.space();
      const next = this.text[this.at];
      this.at += 1;
      if (next === ']') return items;
      if (next !== ',') this.fail();
    }
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      PLAIN_TEXT.lastIndex = this.at;
      PLAIN_TEXT.exec(this.text);
      this.at = PLAIN_TEXT.lastIndex;
      const next = this.text[this.at];
      if (next === '"') break;
      if (next !== '\\') this.fail();
      this.at += 2;
    }
    this.at += 1;
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return this.fail();
    }
    if (!value.isWellFormed()) this.fail();
    return value;
  }
}
