export { CodeStore } from '../store/code-store.ts'
export type { AuthenticationFailure } from './authentication-answer.ts'
export { createAuthenticationAnswer } from './authentication-answer.ts'
export { handleControl } from './handle-control.ts'
export type {
  Authorization,
  ControlAnswer,
  ControlRefusal,
  ControlRequest,
  ControlService,
  ControlServices,
  FunctionEngine,
  HeaderPair,
  UrlListeners,
} from './services.ts'
