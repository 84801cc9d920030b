export { type ProvisionDeps, type Provisioned, provision } from './provision.ts';
export type { KeyRow } from './settings-plan.ts';
