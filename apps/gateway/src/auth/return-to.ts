/** Where to go after sign-in: a path of the console itself and nowhere else (no open redirect). */
const PATH = /^\/(?![/\\])[A-Za-z0-9\-._~!$&'()*+,;=:@%/?#]*$/;

export function safeReturnTo(asked: unknown): string {
  return typeof asked === 'string' && asked.length <= 500 && PATH.test(asked) ? asked : '/';
}
