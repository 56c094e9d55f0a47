/** The rules behind GW_FRAMING: what was wrong with the message, and what to send instead. */
import type { BrokenRule, FhirIssue, GatewayErrorOptions } from '../errors.js';

interface FramingRuleEntry extends BrokenRule {
  readonly status?: number;
  readonly fhirIssue?: FhirIssue;
}

export const FRAMING_RULES = {
  version: {
    text: 'The request is not HTTP/1.1.',
    whatToDo: 'Send HTTP/1.1. HTTP/1.0, HTTP/0.9 and HTTP/2 are not served here.',
    status: 505,
  },
  'request line': {
    text: 'The request line is not a method, one space, a path, one space and HTTP/1.1.',
    whatToDo: 'Send a line like "GET /FHIR/STU3/ReferralRequest/000000070000 HTTP/1.1", ended by CR LF.',
  },
  method: {
    text: 'The method is not one that HTTP defines for a service.',
    whatToDo: 'Send GET, HEAD, POST or PUT, in capital letters.',
    fhirIssue: 'not-supported',
  },
  'header line': {
    text: 'A header line is malformed.',
    whatToDo:
      'Send "Name: value" on one line ended by CR LF, without a space before the colon, without control characters and without folding.',
  },
  'too many headers': {
    text: 'The request has more than 100 headers.',
    whatToDo: 'Send at most 100 headers.',
    status: 431,
    fhirIssue: 'too-long',
  },
  'headers too long': {
    text: 'The headers are longer than 16 KiB.',
    whatToDo: 'Send at most 16 KiB of headers, the request line included.',
    status: 431,
    fhirIssue: 'too-long',
  },
  'no Host': {
    text: 'The request has no Host header.',
    whatToDo: 'Send one Host header with the name and port of this listener.',
  },
  'several Hosts': {
    text: 'The request has more than one Host header.',
    whatToDo: 'Send one Host header.',
  },
  'Host syntax': {
    text: 'The Host header is not a host name or address with an optional port.',
    whatToDo: 'Send only the host and the port, without user name, path or spaces.',
  },
  'foreign Host': {
    text: 'The Host header names a host that this listener does not answer for.',
    whatToDo:
      'Send the name under which you were given this service; its operator lists the names it answers for.',
    status: 421,
  },
  Expect: {
    text: 'The Expect header asks for something other than 100-continue.',
    whatToDo: 'Send "Expect: 100-continue", or no Expect header.',
    status: 417,
    fhirIssue: 'not-supported',
  },
  'underscore alias': {
    text: 'Transfer_Encoding or Content_Length, with an underscore, is not accepted.',
    whatToDo: 'Send the header with a hyphen; some proxies take an underscore for one.',
  },
  'two framings': {
    text: 'The request has both Content-Length and Transfer-Encoding.',
    whatToDo: 'Send one of the two.',
  },
  'Transfer-Encoding': {
    text: 'The Transfer-Encoding is not chunked alone.',
    whatToDo: 'Send "Transfer-Encoding: chunked" once, or Content-Length.',
  },
  'Content-Length': {
    text: 'The Content-Length is not one plain number.',
    whatToDo: 'Send Content-Length once, in digits without a sign or leading zeros.',
  },
  'body not allowed': {
    text: 'A GET or HEAD request has a body.',
    whatToDo: 'Send no body and no Content-Length other than 0 with GET and HEAD.',
  },
  chunks: {
    text: 'The chunks of the body are malformed.',
    whatToDo:
      'Send each chunk with its size in hexadecimal digits and CR LF after the size and after the chunk.',
  },
  incomplete: {
    text: 'The connection ended before the request was complete.',
    whatToDo: 'Send the whole request: as many bytes as Content-Length says, or the last chunk.',
    fhirIssue: 'incomplete',
  },
} as const satisfies Record<string, FramingRuleEntry>;

export type FramingRule = keyof typeof FRAMING_RULES;

/** Options of a GW_FRAMING that names its rule. */
export function brokenFraming(name: FramingRule): GatewayErrorOptions {
  const { status, fhirIssue, text, whatToDo }: FramingRuleEntry = FRAMING_RULES[name];
  return {
    detail: name,
    rule: { text, whatToDo },
    ...(status === undefined ? {} : { status }),
    ...(fhirIssue === undefined ? {} : { fhirIssue }),
  };
}
