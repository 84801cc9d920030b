import { type Problem, problem } from './problems.ts';
import type { Route } from './routes/route.ts';

/** Which methods a path has, for 405 and its Allow header; null: no such path. */
export function methodTable(routes: readonly Route[]): (path: string) => readonly string[] | null {
  const fixed = new Map<string, string[]>([['/v1/messages', ['POST']]]);
  const patterns: { readonly regex: RegExp; readonly methods: string[] }[] = [];
  const add = (methods: string[], method: string): void => {
    methods.push(...(method === 'GET' ? ['GET', 'HEAD'] : [method]));
    methods.sort();
  };
  for (const { path, method } of routes) {
    if (path.includes('{')) {
      const regex = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
      let known = patterns.find((pattern) => pattern.regex.source === regex.source);
      if (known === undefined) {
        known = { regex, methods: [] };
        patterns.push(known);
      }
      add(known.methods, method);
    } else {
      const methods = fixed.get(path) ?? [];
      fixed.set(path, methods);
      add(methods, method);
    }
  }
  return (path) =>
    fixed.get(path) ?? patterns.find(({ regex }) => regex.test(path))?.methods ?? null;
}

export function methodNotAllowed(allowed: readonly string[]): Problem {
  return problem('method-not-allowed', {
    detail: `Use ${allowed.join(' or ')} here, as the Allow header says.`,
    headers: ['Allow', allowed.join(', ')],
  });
}
