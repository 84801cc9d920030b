/** One step of a JSON Pointer (RFC 6901 §3) for a field of this name. */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
