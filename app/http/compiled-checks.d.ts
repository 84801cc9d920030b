import type { ValidateFunction } from 'ajv';

/** Made by `.ci/compile-checks.mjs` from the schemas of the same names. */
export const MESSAGE_INPUT: ValidateFunction;
export const ESTIMATE_INPUT: ValidateFunction;
export const BULK_CANCEL_INPUT: ValidateFunction;
export const RESOLVE_INPUT: ValidateFunction;
export const EMPTY_INPUT: ValidateFunction;
export const UNLOCK_INPUT: ValidateFunction;
export const USSD_INPUT: ValidateFunction;
export const SELF_TEST_INPUT: ValidateFunction;
