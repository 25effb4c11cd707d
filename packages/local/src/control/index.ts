export { createAuthenticationAnswer } from './authentication-answer.ts'
export { handleControl } from './handle-control.ts'
export type { ControlAnswer, ControlRequest, ControlService, ControlServices } from './services.ts'
