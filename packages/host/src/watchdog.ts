import { Crowd } from './crowd.ts'
import type { Member } from './crowd.ts'

/** Somebody to wake at a time. */
export interface Watch extends Member {
  /** Milliseconds since 1970. */
  dueMs: number
  /** Called once it is due; may set another `dueMs`, or `Infinity` for never again. Must not throw. */
  ring(): void
}

const watches = new Crowd<Watch>()
let timer: ReturnType<typeof setTimeout> | undefined
let timerDueMs = Infinity

/**
 * Wakes somebody at a time, and keeps the process alive until then: an application may wait for what keeps no process alive, and
 * Lambda ends an invocation with a crash when its process has nothing left to do.
 *
 * All watches share one timer, which is left to run out when its watch ends: invocations begin in the order in which they
 * expire, so a process sets a timer once in a function's timeout instead of twice in every invocation.
 *
 * @param watch Whom to wake, and when.
 */
export function startWatch(watch: Watch): void {
  watches.add(watch)
  // An earlier timer that was left to run out.
  if (watches.members.length === 1) timer?.ref()
  if (watch.dueMs < timerDueMs) arm(watch.dueMs)
}

/**
 * Ends a watch.
 *
 * @param watch One that was started; others are taken without complaint.
 */
export function stopWatch(watch: Watch): void {
  if (watches.delete(watch) && watches.members.length === 0) timer?.unref()
}

function arm(dueMs: number): void {
  clearTimeout(timer)
  timerDueMs = dueMs
  timer = setTimeout(ring, Math.max(0, dueMs - Date.now()))
}

function ring(): void {
  timerDueMs = Infinity
  const now = Date.now()
  // Whoever is woken may end watches, its own and others.
  for (const watch of watches.members.slice()) if (watch.place !== -1 && watch.dueMs <= now) watch.ring()
  let next = Infinity
  for (const watch of watches.members) next = Math.min(next, watch.dueMs)
  if (next !== Infinity) arm(next)
}
