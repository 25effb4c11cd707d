export { collectStream } from './collect-stream.ts'
export { createFunctionSpec } from './function-spec.ts'
export { defaultLimits, Engine } from './engine.ts'
export type { EngineStatus } from './engine.ts'
export type { EnvironmentState } from './environment.ts'
export { StreamFailed } from './errors.ts'
export type { LiveCode, LiveFunction, SwapOutcome } from './live-function.ts'
export { renderSourceFailure, sourceFailedType } from './source-failure.ts'
export type { EnvironmentStatus, PoolStatus } from './pool.ts'
export { checkRuntimes, isKnownRuntime, runtimeIds } from './runtimes.ts'
export type {
  Debugging,
  EngineLimits,
  EngineOptions,
  SessionCredentials,
  FunctionLogging,
  FunctionSpec,
  Invocation,
  InvokeOutcome,
  LogLine,
  SourceFailure,
} from './types.ts'
