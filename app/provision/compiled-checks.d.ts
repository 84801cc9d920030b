import type { ValidateFunction } from 'ajv';

/** Made by `.ci/compile-checks.mjs` from the rule of the same name. */
export const SETTINGS_RULE: ValidateFunction;
