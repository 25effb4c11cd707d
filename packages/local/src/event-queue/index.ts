export { EventQueue, type Schedule, startTimer } from './event-queue.ts'
