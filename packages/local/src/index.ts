export { startLocal } from './start.ts'
export type { Local, LocalOptions } from './start.ts'
export type { CommandPlan, ConsolePage, Home, UrlCall } from './console/page.ts'
export type { RequestCode } from './console/contract.ts'
export type { Schedule } from './event-queue/index.ts'
export type { Fault, FaultEffect, FaultRule, Faults } from './faults/index.ts'
export { LocalError } from './errors.ts'
export type { LocalErrorCode } from './errors.ts'
export type { Debugging, FunctionSpec, LogLine, SessionCredentials } from './engine/index.ts'
export type {
  Gate,
  GateOutcome,
  Refusal,
  RequestRecord,
  ThrottleFix,
  ThrottleReason,
  ThrottleRefusal,
} from './record/record.ts'
export type { Records } from './record/records.ts'
export { renderSourceFailure } from './engine/index.ts'
export type { LiveCode, LiveFunction, SourceFailure, SwapOutcome } from './engine/index.ts'
