/** Asks for what the page begins with, while the rest of it is still on its way. */
import type { Start } from '@furlong/local/console'
import { openSession } from './api/session.ts'

/** The side's first answer. The ticket is taken out of the address before anything reads that. */
export const start: Promise<Start> = openSession()
// Whoever takes it says what went wrong.
start.catch(() => undefined)
