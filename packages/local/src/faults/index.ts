export type { Fault, FaultEffect, FaultRule } from './fault.ts'
export { Faults } from './faults.ts'
export { strikeAuthentication } from './strike-authentication.ts'
