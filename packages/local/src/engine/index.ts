export { defaultLimits, Engine } from './engine.ts'
export type { EngineStatus } from './engine.ts'
export type { EnvironmentState } from './environment.ts'
export { EngineError, StreamFailed } from './errors.ts'
export type { EngineErrorCode } from './errors.ts'
export type { EnvironmentStatus, PoolStatus } from './pool.ts'
export { maxResponseBytes } from './runtime-api.ts'
export { isKnownRuntime, runtimeIds } from './runtimes.ts'
export type {
  EngineLimits,
  EngineOptions,
  FunctionSession,
  FunctionSpec,
  Invocation,
  InvokeOutcome,
  LogLine,
} from './types.ts'
