/** Makes the compiler prove that a `switch` over a union handles every member. */
export function assertNever(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`);
}
