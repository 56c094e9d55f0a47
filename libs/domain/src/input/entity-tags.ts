/**
 * The entity tags of an `If-Match` or `If-None-Match` header (RFC 9110, 8.8.3), each as Gatehouse sent it. A proxy that
 * compresses an answer puts `W/` before its tag. Our tags identify a state and not its bytes, so the prefix is ignored.
 * This is only for tags that Gatehouse makes; those of e-RS are passed on unchanged.
 */
export function entityTagsIn(header: string | undefined): readonly string[] {
  const tags = (header ?? '').match(/(?<![^\s,])(?:W\/)?"[^"]*"(?![^\s,])/g) ?? [];
  return tags.map((tag) => tag.replace(/^W\//, ''));
}
